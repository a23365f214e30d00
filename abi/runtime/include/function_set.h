/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_FUNCTION_SET_H
#define GOHTTPSNOOP_ABI_FUNCTION_SET_H

#include "pclntab.h"

/*
 * The functions of a binary that a pattern means: a name, in which `*` stands for any characters and
 * `?` for one. `*` behind a parenthesis is Go's: `main.(*Shop).*` are the methods of *Shop. Brackets
 * mean nothing else: `main.Map`, `main.Map[...]` and `main.Map[int]` are the instances of a generic
 * function, all of them or those of that shape, however the binary's release of Go spells them. Dots of
 * an import path may be written as such or as the symbol table does, `%2e`. What was vendored is meant by
 * the name that its library has, too (vendored.h).
 */
struct function_set {
	struct function *functions; /* by address; names are owned by the pclntab */
	size_t count;
	size_t matched; /* `count`, or more when there were more than were asked for */
};

/* Whether it has a wildcard, and so may mean more than one name. */
bool function_pattern_is_glob(const char *pattern);

bool function_pattern_matches(const char *pattern, const char *name);

/*
 * The functions that `pattern` means, at most `max`. A set may be empty. What the compiler made (method
 * wrappers and values, calls of go and defer statements, package initialisation, comparisons of types) is
 * left out unless the pattern has its mark (`*.init`) or is its name; of a function and the wrapper of the
 * same name that leads to it the wrapper is left out. The caller releases the set.
 */
int function_set_find(const struct pclntab *table, const char *pattern, size_t max,
		      struct function_set *ret_set, struct error *err);
void function_set_release(struct function_set *set);

#endif
