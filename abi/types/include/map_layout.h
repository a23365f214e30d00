/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_MAP_LAYOUT_H
#define GOHTTPSNOOP_ABI_MAP_LAYOUT_H

#include <linux/types.h>

#include "contract.h"
#include "types.h"

/* How to search a map in memory. */
struct map_layout {
	struct plan_search search; /* matches any entry; the caller adds the key to look for */
	bool key_is_pointer; /* keys (elements) of more than 128 bytes are stored outside of the entry */
	bool element_is_pointer;
};

/*
 * Returns the layout of maps of this type. The Go version determines it. If the version is not exactly known,
 * or newer than all verified releases, the program's descriptors or DWARF must describe one of the known
 * layouts. -ENODATA if they do not, or if the types of keys and elements are not described; -E2BIG if these
 * types exceed the limits.
 */
int map_layout_of(struct types *types, const struct go_version *version, const struct type *map,
		  struct map_layout *ret_layout, struct error *err);

#endif
