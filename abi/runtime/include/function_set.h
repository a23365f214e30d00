/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_FUNCTION_SET_H
#define GOHTTPSNOOP_ABI_FUNCTION_SET_H

#include "pclntab.h"

/*
 * The functions of a binary that match a pattern. A pattern is a name in which `*` matches any number of
 * characters and `?` matches one. A `*` after an opening parenthesis is not a wildcard but part of Go's name:
 * `main.(*Shop).*` matches the methods of *Shop. Brackets are not special. `main.Map` and `main.Map[...]`
 * match all instances of a generic function; `main.Map[int]` matches the instances of that shape, if the
 * names in the pclntab contain shapes. Dots of an import path may be written as dots or, as in the symbol
 * table, as `%2e`. A vendored function also matches by the library's own name (vendored.h).
 */
struct function_set {
	struct function *functions; /* sorted by address; names are owned by the pclntab */
	size_t count;
	size_t matched; /* the number of all matching functions, at least `count` */
};

/* Returns whether the pattern has a wildcard, so that it may match several names. */
bool function_pattern_is_glob(const char *pattern);

bool function_pattern_matches(const char *pattern, const char *name);

/*
 * Finds the functions that match `pattern`, at most `max`. The set may be empty. Functions that the compiler
 * generated (method wrappers and method values, calls of go and defer statements, package initialisation,
 * comparisons of types) match only if the pattern is their name or contains the part that marks them
 * (`*.init`). If a function and its wrapper have the same name, only the function matches. The caller
 * releases the set. The only failure is -ENOMEM.
 */
int function_set_find(const struct pclntab *table, const char *pattern, size_t max,
		      struct function_set *ret_set, struct error *err);
void function_set_release(struct function_set *set);

#endif
