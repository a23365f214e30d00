/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ENDS_H
#define GOHTTPSNOOP_CORE_ENDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "target.h"

/* A process that has ended; what it did is in the ring, up to a position. */
struct end {
	struct target *target; /* that it was; NULL: it ended before it was looked at */
	uint32_t pid;
	uint64_t position;
};

/*
 * Processes whose end is not told yet, since records of them may still be in the ring: in the order in
 * which they ended, so that positions ascend. Embedded; zeroed it is empty.
 */
struct ends {
	struct end *waiting;
	size_t first, count;
	size_t size;	/* of the array, in bytes */
	size_t unknown; /* of those that wait: were no targets */
};

void ends_finish(struct ends *ends);

/* False without memory. */
bool ends_add(struct ends *ends, const struct end *end);

/* The one that has waited longest; NULL when there is none. Lives until the next call. */
const struct end *ends_first(const struct ends *ends);
void ends_remove_first(struct ends *ends);

#endif
