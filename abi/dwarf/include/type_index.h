/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_TYPE_INDEX_H
#define GOHTTPSNOOP_ABI_TYPE_INDEX_H

#include "unit_index.h"

/*
 * An index of the types in a binary's DWARF, by name and by the offset of their descriptors (runtime_type).
 */
struct type_index;

/*
 * Builds the index from the units of package runtime, which have the types of all packages. If no type in them
 * refers to a descriptor, also reads the other units.
 */
int type_index_create(struct debug_info *info, const struct unit_index *units,
		      struct type_index **ret_index, struct error *err);
void type_index_destroy(struct type_index *index);

/* Returns the offset of the type's entry, 0 if there is none. If several types match, the first in the file. */
uint64_t type_index_named(const struct type_index *index, const char *name);
uint64_t type_index_runtime(const struct type_index *index, uint64_t runtime_type);

#endif
