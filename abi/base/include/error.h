/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_ERROR_H
#define GOHTTPSNOOP_ABI_ERROR_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A failure: its subject, what failed and why, and what to do. Filled once, where the failure
 * happens; callers may add a missing subject or hint but never overwrite one. Every function that
 * takes a `struct error *` accepts NULL.
 */
struct error {
	int code;	   /* negative errno */
	char subject[512]; /* "pid 4242 (/usr/bin/bash)", may be empty */
	char what[768];	   /* "not a Go program: it has no table of Go functions (pclntab)" */
	char hint[512];	   /* "run as root", may be empty */
	char quote[256];   /* the part of the user's input that is wrong, may be empty */
	size_t quote_at;   /* offset of the wrong byte in it */
};

/* Fills `err` and returns `code` (a negative errno), so that a caller can `return error_fail(…)`. */
int error_fail(struct error *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Returns whether the code means a shortage of resources (file descriptors, memory, space): the operation may
 * succeed later.
 */
bool error_is_shortage(int code);

/*
 * Copies another error as error_fail() would. Copies its subject only if `err` has no subject. Returns the
 * code of the other error.
 */
int error_adopt(struct error *err, const struct error *other);

/* Sets the subject unless it is already set. */
void error_subject(struct error *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Sets the hint unless it is already set. */
void error_hint(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Sets the quoted input and the offset of the wrong byte, unless a quote is already set. */
void error_quote(struct error *err, const char *text, size_t at);

/*
 * Writes the quote, escaped for printing, and stores in which column below it a caret marks the wrong byte.
 * Returns false if there is no quote.
 */
bool error_format_quote(const struct error *err, char *buffer, size_t size, size_t *ret_column);

/*
 * Writes "subject: what (hint)" into `buffer`, always NUL terminated. Control characters of any
 * part are shown as escapes: names and paths come from traced binaries and must not drive a terminal.
 */
void error_format(const struct error *err, char *buffer, size_t size);

#endif
