/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_UNIT_INDEX_H
#define GOHTTPSNOOP_ABI_UNIT_INDEX_H

#include "debug_info.h"

/*
 * Which entry describes the function at an address. The ranges of all units are read once; of one
 * unit at a time, the one asked for last, the functions are kept.
 */
struct unit_index;

int unit_index_create(struct debug_info *info, struct unit_index **ret_index, struct error *err);
void unit_index_destroy(struct unit_index *index);

/* -ENODATA when no function starts at `address`. */
int unit_index_function(struct unit_index *index, uint64_t address, uint64_t *ret_entry,
			struct error *err);

/* The entries of the units, in file order; owned by the index. */
const uint64_t *unit_index_units(const struct unit_index *index, size_t *ret_count);

/* What the unit at this place among them is called (Go names units by their package); may be NULL. */
const char *unit_index_name(const struct unit_index *index, size_t unit);

#endif
