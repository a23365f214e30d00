/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_MODULEDATA_H
#define GOHTTPSNOOP_ABI_MODULEDATA_H

#include "go_version.h"
#include "image.h"
#include "pclntab_format.h"

/* What the runtime knows about the binary it runs in, as far as it is needed. */
struct moduledata {
	uint64_t address;      /* of the structure, runtime.firstmoduledata */
	uint64_t minpc, maxpc; /* first function, end of the last */
	uint64_t text;	       /* what function offsets count from */
};

/*
 * The moduledata whose first field points at the pclntab at `pclntab`. `first` and `last` are the
 * first and the last entry of the functab (offsets from the text since 1.18): they must be minpc and
 * maxpc, which runtime.moduledataverify1 insists on when a program starts. -ENOENT when there is none.
 */
int moduledata_find(const struct image *image, uint64_t pclntab, enum pclntab_format format,
		    uint64_t first, uint64_t last, struct moduledata *ret_moduledata,
		    struct error *err);

/*
 * The parts of it that releases put in different places. Ranges are checked to lie in the file.
 */
struct module_parts {
	uint64_t types, etypes; /* the descriptors of types */
	uint64_t gofunc;	/* what functions' data count from; 0 before Go 1.18 */
	uint64_t itabs;		/* pointers to itabs, or since Go 1.27 the itabs themselves */
	uint64_t itabs_size;	/* in bytes, of either */
	bool itabs_inline;
	uint64_t typelinks; /* 32-bit offsets from `types` of types, up to Go 1.26; 0: there are none */
	uint64_t typelink_count;
	uint64_t descriptors_end; /* since Go 1.27 types stand one after the other up to here; else 0 */
};

/* -ENODATA when no layout that `version` may have fits. */
int module_parts_read(const struct image *image, const struct moduledata *moduledata,
		      const struct go_version *version, struct module_parts *ret_parts,
		      struct error *err);

#endif
