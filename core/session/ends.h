/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ENDS_H
#define GOHTTPSNOOP_CORE_ENDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target.h"

/* A process that has ended. Its records are in the ring before this position. */
struct end {
	struct target *target; /* the former target; NULL: it was not inspected */
	uint32_t pid;
	uint64_t position;
};

/*
 * Processes whose end was not reported yet, because their records may still be in the ring, in the order of their
 * ends, so that positions ascend. Embedded; a zeroed struct is empty.
 */
struct ends {
	struct end *waiting;
	size_t first, count;
	size_t size;	/* of the array, in bytes */
	size_t unknown; /* number of waiting ones that were not targets */
};

void ends_finish(struct ends *ends);

/* False if memory ran out. */
bool ends_add(struct ends *ends, const struct end *end);

/* Returns the one that has waited longest; NULL if there is none. Valid until the next call. */
const struct end *ends_first(const struct ends *ends);
void ends_remove_first(struct ends *ends);

#endif
