/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_INTERFACE_H
#define GOHTTPSNOOP_ABI_INTERFACE_H

#include "interface_words.h"
#include "types.h"

/* Whether the first word points to a table. -ENODATA when the binary does not say. */
int interface_has_table(struct types *types, const struct type *type, bool *ret_has_table,
			struct error *err);

#endif
