/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DECLARATION_CHECK_H
#define GOHTTPSNOOP_ABI_DECLARATION_CHECK_H

#include "declaration.h"
#include "types.h"

/*
 * Compares a declaration with the signature that the binary's DWARF has of the function. -EINVAL, with both, if they
 * contradict each other. `ret_is_whole`: the DWARF lists all parameters; up to Go 1.21 it leaves out blank ones.
 */
int declaration_check(struct types *types, const struct declaration *declaration,
		      const struct signature *found, bool *ret_is_whole, struct error *err);

#endif
