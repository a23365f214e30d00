/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DESCRIPTOR_INDEX_H
#define GOHTTPSNOOP_ABI_DESCRIPTOR_INDEX_H

#include "descriptor.h"
#include "error.h"

/*
 * An index by name of all types that can be reached from given roots. Most releases have no list of all
 * descriptors, but other descriptors refer to each type that the program can use.
 */

struct descriptor_index;

/*
 * `roots` are offsets of descriptors; invalid ones are ignored. `table` must outlive the index. The only
 * failure is -ENOMEM. The caller destroys the index.
 */
int descriptor_index_create(const struct descriptor_table *table, const uint64_t *roots,
			    size_t count, struct descriptor_index **ret_index, struct error *err);
void descriptor_index_destroy(struct descriptor_index *index);

/*
 * Finds a type by its whole name as descriptor_name() writes it; false if there is none. Does not find
 * unnamed types that contain a type of a package whose name differs from the end of its path
 * ("[]gopkg.in/yaml%2ev3.Node", which %T prints as "[]yaml.Node").
 */
bool descriptor_index_find(const struct descriptor_index *index, const char *name,
			   uint64_t *ret_offset);

/* Returns the offsets of all types, in no particular order; owned by the index. */
const uint64_t *descriptor_index_all(const struct descriptor_index *index, size_t *ret_count);

#endif
