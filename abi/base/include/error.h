/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_ERROR_H
#define GOHTTPSNOOP_ABI_ERROR_H

#include <stdbool.h>
#include <stddef.h>

/*
 * What went wrong, on which subject, why, and what to do about it. Filled once, where it happens;
 * callers may add a subject or a hint that is still missing but never overwrite one. Every function
 * that takes a `struct error *` accepts NULL.
 */
struct error {
	int code;	   /* negative errno */
	char subject[512]; /* "pid 4242 (/usr/bin/bash)", may be empty */
	char what[768];	   /* "not a Go program: no Go build information and no pclntab" */
	char hint[512];	   /* "run as root", may be empty */
	char quote[256];   /* what the user wrote and is told of, may be empty */
	size_t quote_at;   /* the byte of it that is meant */
};

/* Fills `err` and returns `code` (a negative errno), so that a caller can `return error_fail(…)`. */
int error_fail(struct error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Whether the code says that descriptors, memory or other room ran out: what was tried is not refused for good,
 * and may succeed later.
 */
bool error_is_shortage(int code);

/*
 * Takes over what another error says, as error_fail() would; of its subject only where none is named.
 * Returns its code.
 */
int error_adopt(struct error *err, const struct error *other);

/* Names the subject unless one is named already. */
void error_subject(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Says what to do unless that is said already. */
void error_hint(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Quotes what the user wrote, and says where in it the trouble is, unless something is quoted already. */
void error_quote(struct error *err, const char *text, size_t at);

/*
 * Writes the quote, made safe to print, and where below it a caret belongs; false when there is none.
 */
bool error_format_quote(const struct error *err, char *buffer, size_t size, size_t *ret_column);

/*
 * Writes "subject: what (hint)" into `buffer`, always NUL terminated. Control characters of any
 * part are shown as escapes: names and paths come from traced binaries and must not drive a terminal.
 */
void error_format(const struct error *err, char *buffer, size_t size);

#endif
