/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DECLARED_TYPES_H
#define GOHTTPSNOOP_ABI_DECLARED_TYPES_H

#include "declaration.h"
#include "type_sources.h"

/*
 * The type that a part of a declaration means. Types with a name are those of the program. Others are the program's where
 * it has them, else they are made by Go's rules; then they live as long as `types`. -ENODATA, with the place
 * in the declaration, if the program does not describe a type that is named.
 */
int declared_type_find(struct types *types, const struct declaration *declaration,
		       const struct declared_type *declared, const struct type **ret_type,
		       struct error *err);

#endif
