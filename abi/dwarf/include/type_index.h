/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_TYPE_INDEX_H
#define GOHTTPSNOOP_ABI_TYPE_INDEX_H

#include "unit_index.h"

/*
 * An index of the types in a binary's DWARF, by name and by the offset of their runtime
 * descriptors. Built on first use, in one pass over the unit with the types.
 */
struct type_index;

int type_index_create(struct debug_info *info, const struct unit_index *units,
		      struct type_index **ret_index, struct error *err);
void type_index_destroy(struct type_index *index);

/* The entry of the type, or 0. If several types have one name, the first in the file. */
uint64_t type_index_named(const struct type_index *index, const char *name);
uint64_t type_index_runtime(const struct type_index *index, uint64_t runtime_type);

#endif
