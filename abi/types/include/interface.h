/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_INTERFACE_H
#define GOHTTPSNOOP_ABI_INTERFACE_H

#include "interface_words.h"
#include "types.h"

/*
 * Returns whether the first word of an interface value points to an interface table (otherwise to a type). -ENODATA if
 * the binary does not describe the interface type.
 */
int interface_has_table(struct types *types, const struct type *type, bool *ret_has_table,
			struct error *err);

#endif
