/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_UNIT_LIMITS_H
#define GOHTTPSNOOP_ABI_UNIT_LIMITS_H

#include "debug_sections.h"

/* How many units, and how large tables of abbreviations, were read so far. All-zero is the beginning. */
struct unit_limits {
	size_t unit_count;
	uint64_t abbreviations_at, abbreviations_size; /* of the unit visited last */
	uint64_t all_abbreviations;		       /* bytes, of all units */
};

/*
 * Counts a unit whose abbreviations are at this offset. To be called before the unit's entry is read, because that makes
 * libdwarf read the abbreviations. -E2BIG beyond the limits; -EBADMSG if the table of abbreviations does not end.
 */
int unit_limits_take(struct unit_limits *limits, struct debug_sections *sections,
		     uint64_t abbreviations_at, struct error *err);

#endif
