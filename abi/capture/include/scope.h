/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_SCOPE_H
#define GOHTTPSNOOP_ABI_SCOPE_H

#include "convention.h"
#include "site.h"
#include "spill_site.h"
#include "types.h"

enum { SCOPE_MAX_PATH = 5 };

/* A name that expressions may begin with, and what it stands for: a parameter, and fields from there on. */
struct scope_root {
	const char *name;
	const char *path[SCOPE_MAX_PATH]; /* ends with NULL */
};

struct scope_roots {
	const struct scope_root *items;
	size_t count;
};

/*
 * What names mean at a probe. The first step of an expression is one of `roots`, else a parameter, a result
 * (`ret`), the goroutine (`@g`) or the stack pointer (`@sp`). Everything in it outlives the walks.
 */
struct scope {
	const struct convention *convention;
	const struct go_version *version;
	struct types *types;
	const struct signature *signature;
	const struct site *site; /* at SITE_RETURN there are results, and no parameters any more */
	const struct spill_site *spill; /* NULL: arguments lie where they did at entry */
	struct scope_roots roots;
};

/* NULL when the name is none of them. */
const struct scope_root *scope_roots_find(const struct scope_roots *roots, const char *name);

#endif
