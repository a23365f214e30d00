/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_PRINTABLE_H
#define GOHTTPSNOOP_ABI_PRINTABLE_H

#include <stddef.h>

/*
 * Builds a text for people in a buffer of fixed size, at least one byte. A part that does not fit is left out
 * as a whole, and so is everything that is added after it. There is always room for the final NUL.
 */
struct printable {
	char *buffer;
	size_t size, used;
};

/* Adds bytes unchanged. */
void printable_add(struct printable *text, const char *data, size_t size);

/* Adds bytes; writes invalid UTF-8 and control characters (character_is_control()) as escapes. */
void printable_add_escaped(struct printable *text, const char *data, size_t size);

/* Writes the final NUL. */
void printable_end(struct printable *text);

/* Formats a sentence into `buffer` and escapes it: names in it may come from a process or a binary. */
void printable_format(char *buffer, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
