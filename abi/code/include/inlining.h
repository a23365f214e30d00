/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_INLINING_H
#define GOHTTPSNOOP_ABI_INLINING_H

#include "go_version.h"
#include "pclntab.h"

/*
 * Finds functions that contain inlined calls of other functions. A probe on the called function does not see
 * such a call. The information is in every Go binary, even if it is stripped, because the runtime's stack
 * traces need it.
 */
#define INLINING_MAX_CALLERS 4

struct inlined {
	size_t caller_count;			       /* functions that contain an inlined call */
	struct function callers[INLINING_MAX_CALLERS]; /* the first callers by address */
};

/*
 * Fills one entry for each of `count` exact function names, in one pass over the binary. -ENODATA if the
 * binary does not contain the information (before Go 1.13), -E2BIG if there are too many names or calls.
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

/* Writes "main.a, main.b and 3 others", for messages. The text must be escaped before it is printed. */
void inlined_format(const struct inlined *inlined, char *text, size_t size);

#endif
