/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_INLINING_H
#define GOHTTPSNOOP_ABI_INLINING_H

#include "go_version.h"
#include "pclntab.h"

/*
 * Into which functions the compiler inlined calls of others: such a call cannot be seen at the function
 * that was called. Every Go binary tells, for the runtime's stack traces, stripped or not.
 */
#define INLINING_MAX_CALLERS 4

struct inlined {
	size_t caller_count;			       /* functions that have calls of it inlined */
	struct function callers[INLINING_MAX_CALLERS]; /* the first of them, by address */
};

/*
 * For each of `count` functions by its exact name, in one pass over the binary. -ENODATA when it does
 * not tell (before Go 1.13).
 */
int inlining_find(const struct image *image, const struct pclntab *table,
		  const struct go_version *version, const char *const *names, size_t count,
		  struct inlined *ret_inlined, struct error *err);

/*
 * Explains why there is no function that `pattern` means (see function_set.h): all calls of it may have
 * been inlined. Then `err` says so, with the callers, and the result is -ENOENT; else 0.
 */
int inlining_explain(const struct image *image, const struct pclntab *table,
		     const struct go_version *version, const char *pattern, struct error *err);

/* "main.a, main.b and 3 others", for messages; safe to print only once escaped. */
void inlined_format(const struct inlined *inlined, char *text, size_t size);

#endif
