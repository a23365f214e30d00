/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_RETURN_SITES_H
#define GOHTTPSNOOP_ABI_RETURN_SITES_H

#include "site.h"

/* The return instructions of a function: the first one as a site, and the file offsets of all of them. */
struct return_sites {
	struct site first;
	uint64_t *file_offsets;
	size_t count;
};

/*
 * Finds all return instructions of a function. -ENOENT if there is none, or if the function may also leave by
 * a jump into another function; -E2BIG if there are more than 1,024, or the function is larger than 1 MiB;
 * -EBADMSG if it cannot be decoded to its end. -ENOENT and -EBADMSG are also returned for assembly functions
 * of AArch64 that end in constants which look like such jumps or are not instructions. The caller releases
 * the sites.
 */
int return_sites_find(const struct image *image, const struct convention *convention,
		      const struct function *function, struct return_sites *ret_sites,
		      struct error *err);
void return_sites_release(struct return_sites *sites);

#endif
