/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_TYPE_INDEX_H
#define GOHTTPSNOOP_ABI_TYPE_INDEX_H

#include "unit_index.h"

/*
 * The types that a binary's DWARF describes, by name and by the offset of the runtime's descriptor
 * of them. Made in one pass over the unit that has the types, when first needed.
 */
struct type_index;

int type_index_create(struct debug_info *info, const struct unit_index *units,
		      struct type_index **ret_index, struct error *err);
void type_index_destroy(struct type_index *index);

/* The entry of the type, or 0. Of several with one name the first in the file. */
uint64_t type_index_named(const struct type_index *index, const char *name);
uint64_t type_index_runtime(const struct type_index *index, uint64_t runtime_type);

/* Calls `visit` for each type that the program has a descriptor of; its return, if not 0, ends that. */
typedef int type_index_visit(void *context, const char *name, uint64_t runtime_type);
int type_index_described(const struct type_index *index, type_index_visit *visit, void *context);

#endif
