/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_MODULEDATA_H
#define GOHTTPSNOOP_ABI_MODULEDATA_H

#include "image.h"

/* What the runtime knows about the binary it runs in, as far as it is needed: Go 1.16 and later. */
struct moduledata {
	uint64_t address;	/* of the structure, runtime.firstmoduledata */
	uint64_t minpc, maxpc;	/* first function, end of the last */
	uint64_t text, etext;	/* what function offsets count from */
};

/*
 * The moduledata whose first field points at the pclntab at `pclntab`. `first` and `last` are the
 * first and the last offset of the functab: minpc - text and maxpc - text must be the same, which
 * runtime.moduledataverify1 insists on when a program starts. -ENOENT when there is none.
 */
int moduledata_find(const struct image *image, uint64_t pclntab, uint64_t first, uint64_t last,
		    struct moduledata *ret_moduledata, struct error *err);

#endif
