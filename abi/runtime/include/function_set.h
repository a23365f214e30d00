/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_FUNCTION_SET_H
#define GOHTTPSNOOP_ABI_FUNCTION_SET_H

#include "pclntab.h"

/*
 * The functions of a binary that match a pattern: a name in which `*` stands for any characters and
 * `?` for one. `*` behind a parenthesis is Go's: `main.(*Shop).*` matches the methods of *Shop.
 * Brackets are not special: `main.Map`, `main.Map[...]` and `main.Map[int]` match instances of a
 * generic function, all of them or those of that shape, in the notation of any Go release. Dots of
 * an import path may be written as such or as in the symbol table, `%2e`. Vendored functions also
 * match by the library's own name (vendored.h).
 */
struct function_set {
	struct function *functions; /* sorted by address; names are owned by the pclntab */
	size_t count;
	size_t matched; /* the number of all matching functions, at least `count` */
};

/* Whether the pattern has a wildcard, and so may match several names. */
bool function_pattern_is_glob(const char *pattern);

bool function_pattern_matches(const char *pattern, const char *name);

/*
 * Finds the functions that match `pattern`, at most `max`. The set may be empty. Functions that the
 * compiler generated (method wrappers and values, calls of go and defer statements, package
 * initialisation, comparisons of types) match only if the pattern has their suffix (`*.init`) or is
 * their name; of a function and a wrapper with the same name only the function matches. The caller
 * releases the set.
 */
int function_set_find(const struct pclntab *table, const char *pattern, size_t max,
		      struct function_set *ret_set, struct error *err);
void function_set_release(struct function_set *set);

#endif
