/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_MODULEDATA_H
#define GOHTTPSNOOP_ABI_MODULEDATA_H

#include "go_version.h"
#include "image.h"
#include "pclntab_format.h"

/* The needed fields of runtime.moduledata, which describes the binary to the runtime. All are addresses. */
struct moduledata {
	uint64_t address;      /* of the structure, runtime.firstmoduledata */
	uint64_t minpc, maxpc; /* start of the first function, end of the last one */
	uint64_t text;	       /* offsets of functions are relative to it */
};

/*
 * Finds the moduledata that points to the pclntab at address `pclntab`. `first` and `last` are the first and
 * the last entry of the functab (since Go 1.18 offsets from `text`). They must equal minpc and maxpc: the
 * runtime checks the same when a program starts (runtime.moduledataverify1). Returns -ENOENT if there is no
 * such moduledata.
 */
int moduledata_find(const struct image *image, uint64_t pclntab, enum pclntab_format format,
		    uint64_t first, uint64_t last, struct moduledata *ret_moduledata,
		    struct error *err);

/*
 * The fields of moduledata whose offsets differ between releases. All ranges were checked to be in the file.
 */
struct module_parts {
	uint64_t types, etypes; /* addresses of the start and the end of the type descriptors */
	uint64_t gofunc;	/* address: base of the offsets of funcdata; 0 before Go 1.18 */
	uint64_t itabs;		/* address of pointers to the itabs, or of the itabs themselves */
	uint64_t itabs_size;	/* in bytes, of the itabs or the pointers */
	bool itabs_inline;	/* `itabs` are the itabs themselves: since Go 1.27 */
	/* Address and number of the typelinks, 32-bit offsets from `types`, up to Go 1.26; else 0. */
	uint64_t typelinks;
	uint64_t typelink_count;
	uint64_t descriptors_end; /* since Go 1.27 descriptors follow each other up to this address; else 0 */
};

/* Returns -ENODATA if no layout of a release that `version` can mean fits, or an error of image_load(). */
int module_parts_read(const struct image *image, const struct moduledata *moduledata,
		      const struct go_version *version, struct module_parts *ret_parts,
		      struct error *err);

#endif
