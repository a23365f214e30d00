/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_GO_TIME_H
#define GOHTTPSNOOP_CORE_GO_TIME_H

#include <stdbool.h>
#include <stdint.h>

/* A time.Time, by its two words. */

/* Its seconds since the begin of year 1, and since 1970. */
int64_t go_time_seconds(uint64_t wall, int64_t ext);
int64_t go_time_unix(uint64_t wall, int64_t ext);

/* The nanoseconds of its second. */
uint32_t go_time_fraction(uint64_t wall);

/* Nanoseconds since 1970; false for the zero time, and others that are too far from now for that. */
bool go_time_nanoseconds(uint64_t wall, int64_t ext, int64_t *ret_time);

#endif
