/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_INLINING_H
#define GOHTTPSNOOP_ABI_INLINING_H

#include "go_version.h"
#include "pclntab.h"

/*
 * Which functions contain inlined calls of others. A probe on the called function does not see such a call. The
 * information is in every Go binary, also when it is stripped, because the runtime's stack traces need it.
 */
#define INLINING_MAX_CALLERS 4

struct inlined {
	size_t caller_count;			       /* functions that contain an inlined call */
	struct function callers[INLINING_MAX_CALLERS]; /* the first of them, by address */
};

/*
 * Fills one entry for each of `count` exact function names, in one pass over the binary. -ENODATA if the binary has no
 * such information (before Go 1.13).
 */
int inlining_find(const struct image *image, const struct pclntab *table,
		  const struct go_version *version, const char *const *names, size_t count,
		  struct inlined *ret_inlined, struct error *err);

/*
 * Explains why no function matches `pattern` (see function_set.h). If all calls were inlined, fills `err` with the
 * callers and returns -ENOENT; otherwise returns 0.
 */
int inlining_explain(const struct image *image, const struct pclntab *table,
		     const struct go_version *version, const char *pattern, struct error *err);

/* "main.a, main.b and 3 others", for messages; safe to print only once escaped. */
void inlined_format(const struct inlined *inlined, char *text, size_t size);

#endif
