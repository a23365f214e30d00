/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_SCRIPT_H
#define GOHTTPSNOOP_TESTS_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Reads the lines of a test script. The words of a line are separated by blanks. A part in quotes may contain
 * blanks and the escapes \xNN, \\ and \". A line that begins with # is ignored. A line that cannot be
 * understood ends the program with the line's number.
 */
struct script {
	int line;
	char *text, *at; /* the rest of the line */
	size_t capacity;
};

/* A word: NAME"quoted"REST or NAME. The pointers are valid until the next line is read. */
struct word {
	const char *name; /* NUL-terminated */
	bool quoted;
	const char *data; /* the quoted bytes, escapes decoded */
	size_t size;
	const char *rest; /* NUL-terminated */
};

void script_fail(const struct script *script, const char *what, const char *word)
	__attribute__((noreturn));

/* Reads the next line of standard input that has words; returns false at the end. */
bool script_line(struct script *script);
void script_finish(struct script *script);

bool script_more(const struct script *script);
struct word script_word(struct script *script);

/*
 * Read a plain word, an integer (decimal, or hexadecimal after 0x), or quoted text, which is NUL-terminated.
 */
const char *script_name(struct script *script);
int64_t script_integer(struct script *script);
const char *script_text(struct script *script);

int64_t script_parse_integer(const struct script *script, const char *text);

#endif
