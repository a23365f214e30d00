/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_SCOPE_H
#define GOHTTPSNOOP_ABI_SCOPE_H

#include "convention.h"
#include "site.h"
#include "spill_site.h"
#include "types.h"

enum { SCOPE_MAX_PATH = 5 };

/*
 * A name with which expressions may begin, and its meaning: a parameter, and the fields that lead from it to
 * the value.
 */
struct scope_root {
	const char *name;
	const char *path[SCOPE_MAX_PATH]; /* ends with NULL */
};

struct scope_roots {
	const struct scope_root *items;
	size_t count;
};

/*
 * The meaning of names at a probe. The first step of an expression is one of `roots`, otherwise a parameter,
 * a result (`ret`), the goroutine (`@g`) or the stack pointer (`@sp`). All members must outlive the walks.
 */
struct scope {
	const struct convention *convention;
	const struct go_version *version;
	struct types *types;
	const struct signature *signature;
	const struct site *site; /* at SITE_RETURN, only results can be read, no parameters */
	const struct spill_site *spill; /* NULL: the parameters are at their locations at entry */
	struct scope_roots roots;
	/*
	 * Set at the begin of a generic function: the types of its results are captured, for use at its
	 * return.
	 */
	bool notes_results;
	/*
	 * Elements of slices are read without comparing their index with the length, for captures that have the length, too: a
	 * comparison makes a plan a long one (plan_is_short). What is read beyond the length is not to be used.
	 */
	bool unchecked_elements;
};

/* Returns NULL if there is no root with this name. */
const struct scope_root *scope_roots_find(const struct scope_roots *roots, const char *name);

#endif
