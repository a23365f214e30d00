/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DESCRIPTOR_INDEX_H
#define GOHTTPSNOOP_ABI_DESCRIPTOR_INDEX_H

#include "descriptor.h"
#include "error.h"

/*
 * All types that some roots lead to, by name. There is no list of all descriptors that every release has;
 * what a program can use of them is referred to by others.
 */
struct descriptor_index;

/* `roots` are offsets of descriptors; others are skipped. `table` outlives the index. */
int descriptor_index_create(const struct descriptor_table *table, const uint64_t *roots,
			    size_t count, struct descriptor_index **ret_index, struct error *err);
void descriptor_index_destroy(struct descriptor_index *index);

/*
 * A type by its whole name as descriptor_name() gives it; false when there is none. Of types without a name of their own
 * those of packages that are called other than their path are not found.
 */
bool descriptor_index_find(const struct descriptor_index *index, const char *name,
			   uint64_t *ret_offset);

/* The offsets of all types, in no order; owned by the index. */
const uint64_t *descriptor_index_all(const struct descriptor_index *index, size_t *ret_count);

#endif
