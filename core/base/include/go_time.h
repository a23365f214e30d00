/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_GO_TIME_H
#define GOHTTPSNOOP_CORE_GO_TIME_H

#include <stdbool.h>
#include <stdint.h>

/* The functions get a time.Time as its two words. */

/* Return its seconds since the beginning of year 1, and since 1970. */
int64_t go_time_seconds(uint64_t wall, int64_t ext);
int64_t go_time_unix(uint64_t wall, int64_t ext);

/* Returns its nanoseconds within the second. */
uint32_t go_time_fraction(uint64_t wall);

/* Returns its nanoseconds since 1970; false if they exceed 64 bits, as for the zero time. */
bool go_time_nanoseconds(uint64_t wall, int64_t ext, int64_t *ret_time);

#endif
