/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TIMESTAMP_H
#define GOHTTPSNOOP_CORE_TIMESTAMP_H

#include <stdint.h>

/* "2026-11-22T09:41:00.123456789Z" */
enum { TIMESTAMP_SIZE = 30 };

/* Formats times of day; remembers the last second, whose date costs most. Zeroed it is ready for use. */
struct timestamp {
	int64_t second;
	char text[TIMESTAMP_SIZE + 1];
};

/* RFC 3339 in UTC with nine digits, of nanoseconds since the epoch. Lives until the next call. */
const char *timestamp_format(struct timestamp *timestamp, int64_t nanoseconds);

#endif
