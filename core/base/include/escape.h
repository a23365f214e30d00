/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ESCAPE_H
#define GOHTTPSNOOP_CORE_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Makes any bytes safe to print. Each byte that is not part of UTF-8 becomes U+FFFD; C0 and C1
 * controls, DEL, U+2028, U+2029 and the bidirectional controls become escapes: \u001b in JSON,
 * \x1b or \u202e for a terminal. The backslash (and, in JSON, the quote) is escaped as well, so the
 * result reads back unambiguously.
 */
enum escape_notation { ESCAPE_JSON, ESCAPE_TERMINAL };

/* The largest number of output bytes for one input byte. */
#define ESCAPE_MAX_GROWTH 6

/* Writes at most ESCAPE_MAX_GROWTH * size bytes to `output`; returns how many. No NUL is added. */
size_t escape(enum escape_notation notation, const char *data, size_t size, char *output);

/* Returns whether every byte is printable ASCII that needs no escape in JSON. */
bool escape_is_needless(const char *data, size_t size);

/* Returns whether all bytes are UTF-8. */
bool escape_is_utf8(const char *data, size_t size);

/* Returns `size` without an incomplete character at the end. */
size_t escape_trim_cut(const char *data, size_t size);

/* Returns how many columns of a terminal a text from escape() takes. */
size_t escape_columns(const char *text, size_t size);

/* Returns how many bytes of it, whole characters, take at most `columns` columns. */
size_t escape_fitting(const char *text, size_t size, size_t columns);

#endif
