/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DECLARED_TYPES_H
#define GOHTTPSNOOP_ABI_DECLARED_TYPES_H

#include "declaration.h"
#include "type_sources.h"

/*
 * Returns the type that a part of a declaration denotes; `types` owns it. The program must describe a named
 * type unless it is a predeclared type of Go. Any other type comes from the program's descriptors, or is made
 * by Go's rules. -ENODATA, with the place in the declaration, if the program does not describe a named type;
 * -E2BIG if the type is larger than 2 GiB.
 */
int declared_type_find(struct types *types, const struct declaration *declaration,
		       const struct declared_type *declared, const struct type **ret_type,
		       struct error *err);

#endif
