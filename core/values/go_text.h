/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_GO_TEXT_H
#define GOHTTPSNOOP_CORE_GO_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The usual texts of Go values. The texts end with a NUL; returned sizes do not include it. */
enum { GO_TEXT_SIZE = 64 };

/* Writes a time.Time, given as its two words, in UTC with nine digits: "2026-11-22T09:41:00.123456789Z". */
size_t go_time_text(uint64_t wall, int64_t ext, char text[static GO_TEXT_SIZE]);

/*
 * The same in a zone that is `offset` seconds east of UTC: "…T10:41:00.123456789+01:00". If the offset is not
 * a whole number of minutes, or not below one day, the time is written in UTC.
 */
size_t go_time_zoned_text(uint64_t wall, int64_t ext, int64_t offset,
			  char text[static GO_TEXT_SIZE]);

/* Writes a time.Duration as its method String does: "1h2m3.5s", "1.5µs", "0s". */
size_t go_duration_text(int64_t nanoseconds, char text[static GO_TEXT_SIZE]);

/*
 * Writes the shortest text that reads back as the same float of `size` bytes (4 or 8). Returns false
 * if the text is not a JSON number: NaN, +Inf, -Inf.
 */
bool go_float_text(uint64_t bits, uint8_t size, char text[static GO_TEXT_SIZE]);

#endif
