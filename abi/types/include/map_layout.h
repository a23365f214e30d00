/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_MAP_LAYOUT_H
#define GOHTTPSNOOP_ABI_MAP_LAYOUT_H

#include <linux/types.h>

#include "contract.h"
#include "types.h"

/* How to go through a map in memory. */
struct map_layout {
	struct plan_search search; /* matches any entry; the caller adds the key that is wanted */
	bool key_is_pointer;	   /* keys, or elements, over 128 bytes are kept elsewhere */
	bool element_is_pointer;
};

/*
 * The layout of maps of a type in binaries of this version. -ENODATA when the types of its keys and
 * elements are not described, or the version can be one that has another layout, or one that nobody has
 * looked at, and there is no DWARF to say that it is a known one; -E2BIG when they are larger than a map
 * can hold.
 */
int map_layout_of(struct types *types, const struct go_version *version, const struct type *map,
		  struct map_layout *ret_layout, struct error *err);

#endif
