/* SPDX-License-Identifier: MIT */
#include "lost_ends.h"

uint64_t lost_ends_note(const struct lost_ends *lost)
{
	return lost->before;
}

bool lost_ends_since(const struct lost_ends *lost, uint64_t note)
{
	const struct assembly_callbacks *callbacks = lost->callbacks;

	return callbacks->lost_ends && callbacks->lost_ends(callbacks->user) > note;
}
