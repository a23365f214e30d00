/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TIMESTAMP_H
#define GOHTTPSNOOP_CORE_TIMESTAMP_H

#include <stdint.h>

/* "2026-11-22T09:41:00.123456789Z" */
enum { TIMESTAMP_SIZE = 30 };

/*
 * Formats times. Caches the text of the last second, because the date costs most. A zeroed struct is ready
 * for use.
 */
struct timestamp {
	int64_t second;
	char text[TIMESTAMP_SIZE + 1];
};

/* Formats nanoseconds since the epoch as RFC 3339 in UTC with nine digits. The text is valid until the next call. */
const char *timestamp_format(struct timestamp *timestamp, int64_t nanoseconds);

#endif
