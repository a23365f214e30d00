/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_UNIT_INDEX_H
#define GOHTTPSNOOP_ABI_UNIT_INDEX_H

#include "debug_info.h"

/*
 * Finds the entry of the function at an address. The address ranges of all units are read once; the
 * functions of the unit that was used last are cached.
 */
struct unit_index;

int unit_index_create(struct debug_info *info, struct unit_index **ret_index, struct error *err);
void unit_index_destroy(struct unit_index *index);

/* -ENODATA when no function starts at `address`. */
int unit_index_function(struct unit_index *index, uint64_t address, uint64_t *ret_entry,
			struct error *err);

/* The entries of the units, in file order; owned by the index. */
const uint64_t *unit_index_units(const struct unit_index *index, size_t *ret_count);

/* The name of unit number `unit` (Go names units by their package); may be NULL. */
const char *unit_index_name(const struct unit_index *index, size_t unit);

#endif
