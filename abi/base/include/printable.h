/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_PRINTABLE_H
#define GOHTTPSNOOP_ABI_PRINTABLE_H

#include <stddef.h>

/*
 * A text for people in a buffer of fixed size, at least one byte. What does not fit is left out whole, with all
 * that follows it; a NUL always fits.
 */
struct printable {
	char *buffer;
	size_t size, used;
};

/* As it is. */
void printable_add(struct printable *text, const char *data, size_t size);

/* What is not UTF-8, and what acts on a terminal (character.h), as an escape. */
void printable_add_escaped(struct printable *text, const char *data, size_t size);

/* Ends it with a NUL. */
void printable_end(struct printable *text);

/* A sentence as a whole, with names in it that come from a process or a binary. */
void printable_format(char *buffer, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
