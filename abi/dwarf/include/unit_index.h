/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_UNIT_INDEX_H
#define GOHTTPSNOOP_ABI_UNIT_INDEX_H

#include "debug_info.h"

/*
 * Finds the entry of the function at an address. Reads the address ranges of all units once, and caches the
 * functions of the last used unit.
 */
struct unit_index;

/* Visits all units of `info`, which must outlive the index. */
int unit_index_create(struct debug_info *info, struct unit_index **ret_index, struct error *err);
void unit_index_destroy(struct unit_index *index);

/* Returns the offset of the entry of the function that starts at `address`. -ENODATA if there is none. */
int unit_index_function(struct unit_index *index, uint64_t address, uint64_t *ret_entry,
			struct error *err);

/* Returns the offsets of the units' entries, in file order; the index owns them. */
const uint64_t *unit_index_units(const struct unit_index *index, size_t *ret_count);

/* Returns the name of unit number `unit` (Go names units after their package); may be NULL. */
const char *unit_index_name(const struct unit_index *index, size_t unit);

#endif
