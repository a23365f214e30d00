/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_RECORD_CLOCK_H
#define GOHTTPSNOOP_CORE_RECORD_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

/*
 * The clock of records: the kernel's CLOCK_MONOTONIC. In a time namespace the CLOCK_MONOTONIC of
 * this process differs from it by `shift` nanoseconds.
 */
struct record_clock {
	int64_t shift;
};

/*
 * Returns -ENOTSUP if the shift is not known: times would be wrong, and new requests would be taken
 * for old ones.
 */
int record_clock_open(struct record_clock *ret_clock, struct error *err);

uint64_t record_clock_now(const struct record_clock *clock);

/* Returns the offset from a record's time to nanoseconds since the epoch. */
int64_t record_clock_wall_offset(const struct record_clock *clock);

/* Finds the shift in the text of /proc/self/timens_offsets; false if it is missing. */
bool record_clock_parse_offsets(const char *text, int64_t *ret_shift);

#endif
