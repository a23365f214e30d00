/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_CALL_SITE_H
#define GOHTTPSNOOP_ABI_CALL_SITE_H

#include "site.h"

/*
 * Finds the site at, or after, the only call of `callee` in `function`, for events in the middle of a
 * function. The goroutine can be read there, the parameters of the function cannot. -ENOENT if there is no
 * such call (it was inlined, or the function has changed), -E2BIG if there are several.
 */
int call_site_find(const struct image *image, const struct convention *convention,
		   const struct function *function, const struct function *callee,
		   enum site_kind kind, struct site *ret_site, struct error *err);

/* Returns the number of direct calls of `callee` in `function`, or a negative errno if the code cannot be decoded. */
int call_site_count(const struct image *image, const struct function *function,
		    const struct function *callee, struct error *err);

#endif
