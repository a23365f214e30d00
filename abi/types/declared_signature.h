/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DECLARED_SIGNATURE_H
#define GOHTTPSNOOP_ABI_DECLARED_SIGNATURE_H

#include "declaration.h"
#include "type_sources.h"

/*
 * Makes the signature of a function from the user's declaration. `types` owns the signature. `found` is the
 * signature in the binary's DWARF; NULL if DWARF does not describe the function. -EINVAL if the declaration
 * and `found` contradict each other; -ENODATA if the binary does not describe a declared type.
 */
int declared_signature(struct types *types, const struct declaration *declaration,
		       const struct signature *found, const struct signature **ret_signature,
		       struct error *err);

#endif
