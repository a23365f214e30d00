/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_RECORD_CLOCK_H
#define GOHTTPSNOOP_CORE_RECORD_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

/*
 * The clock of records: the kernel's own CLOCK_MONOTONIC. In a time namespace the tool's CLOCK_MONOTONIC is
 * ahead of it by `shift` nanoseconds, or behind.
 */
struct record_clock {
	int64_t shift;
};

/* -ENOTSUP when the shift cannot be known: times would be wrong, and requests taken for earlier ones. */
int record_clock_open(struct record_clock *ret_clock, struct error *err);

uint64_t record_clock_now(const struct record_clock *clock);

/* What to add to a record's time to get nanoseconds since the epoch. */
int64_t record_clock_wall_offset(const struct record_clock *clock);

/* The shift in the text of /proc/self/timens_offsets; false when there is none in it. */
bool record_clock_parse_offsets(const char *text, int64_t *ret_shift);

#endif
