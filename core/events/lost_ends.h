/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_LOST_ENDS_H
#define GOHTTPSNOOP_CORE_LOST_ENDS_H

#include "assembly_callbacks.h"

/*
 * Tells whether the end of a request or call may have been lost: if a record of an end was lost since it began. How many
 * were lost is known now, how many had been lost when a record was made is not; so the number before that time is taken.
 */
struct lost_ends {
	const struct assembly_callbacks *callbacks;
	uint64_t before; /* as many were lost at most when the records were made that are taken now */
};

/* Returns the number to note for a request that begins. */
uint64_t lost_ends_note(const struct lost_ends *lost);

/* Returns whether the end of a request with this note may have been lost. */
bool lost_ends_since(const struct lost_ends *lost, uint64_t note);

#endif
