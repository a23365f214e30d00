/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_GO_TEXT_H
#define GOHTTPSNOOP_CORE_GO_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Go's values as the texts that people know them by. Each writes a NUL and returns the size without it. */
enum { GO_TEXT_SIZE = 64 };

/* A time.Time by its two words, in UTC with nine digits: "2026-11-22T09:41:00.123456789Z". */
size_t go_time_text(uint64_t wall, int64_t ext, char text[static GO_TEXT_SIZE]);

/* The same in a zone so many seconds east of Greenwich, if that is whole minutes: "…T10:41:00.123456789+01:00". */
size_t go_time_zoned_text(uint64_t wall, int64_t ext, int64_t offset,
			  char text[static GO_TEXT_SIZE]);

/* A time.Duration as its String() has it: "1h2m3.5s", "1.5µs", "0s". */
size_t go_duration_text(int64_t nanoseconds, char text[static GO_TEXT_SIZE]);

/*
 * The shortest text that reads back as the same number, of `size` 4 or 8 bytes. False when it is no
 * number of JSON: NaN, +Inf, -Inf.
 */
bool go_float_text(uint64_t bits, uint8_t size, char text[static GO_TEXT_SIZE]);

#endif
