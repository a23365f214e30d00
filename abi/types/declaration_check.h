/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DECLARATION_CHECK_H
#define GOHTTPSNOOP_ABI_DECLARATION_CHECK_H

#include "declaration.h"
#include "types.h"

/*
 * Compares a declaration to `found`, the signature of the function in the binary's DWARF. -EINVAL if they
 * contradict each other; `err` quotes both. Sets `ret_is_whole` to whether the DWARF lists all parameters and
 * results: up to Go 1.21 it leaves out blank parameters.
 */
int declaration_check(struct types *types, const struct declaration *declaration,
		      const struct signature *found, bool *ret_is_whole, struct error *err);

#endif
