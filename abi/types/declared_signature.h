/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DECLARED_SIGNATURE_H
#define GOHTTPSNOOP_ABI_DECLARED_SIGNATURE_H

#include "declaration.h"
#include "type_sources.h"

/*
 * The signature of a function that the user declared. If the binary's DWARF describes the function, `found` is what it
 * says, else NULL. -EINVAL if the two contradict each other; -ENODATA if the binary does not describe a type.
 */
int declared_signature(struct types *types, const struct declaration *declaration,
		       const struct signature *found, const struct signature **ret_signature,
		       struct error *err);

#endif
