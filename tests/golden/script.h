/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_SCRIPT_H
#define GOHTTPSNOOP_TESTS_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Lines of words, as the cases here are written: words are separated by blanks; a part in quotes may
 * hold blanks and the escapes \xNN, \\ and \"; a line that begins with # is left out. What makes no
 * sense ends the program with the line's number.
 */
struct script {
	int line;
	char *text, *at; /* what is left of the line */
	size_t capacity;
};

/* A word: NAME"quoted"REST or NAME. Views into the script, up to its next line. */
struct word {
	const char *name; /* NUL-terminated */
	bool quoted;
	const char *data; /* the quoted bytes, escapes decoded */
	size_t size;
	const char *rest; /* NUL-terminated */
};

void script_fail(const struct script *script, const char *what, const char *word)
	__attribute__((noreturn));

/* The next line of standard input that has words; false at the end. */
bool script_line(struct script *script);
void script_finish(struct script *script);

bool script_more(const struct script *script);
struct word script_word(struct script *script);

/* A plain word, an integer (decimal, or hexadecimal after 0x), quoted text with a NUL after it. */
const char *script_name(struct script *script);
int64_t script_integer(struct script *script);
const char *script_text(struct script *script);

int64_t script_parse_integer(const struct script *script, const char *text);

#endif
