/* SPDX-License-Identifier: MIT */
#include "script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

void script_fail(const struct script *script, const char *what, const char *word)
{
	fprintf(stderr, "line %d: %s: %s\n", script->line, what, word);
	exit(2);
}

static char *skip_blanks(char *at)
{
	return at + strspn(at, " \t\n");
}

bool script_line(struct script *script)
{
	while (getline(&script->text, &script->capacity, stdin) >= 0) {
		script->line++;
		script->at = skip_blanks(script->text);
		if (*script->at && *script->at != '#')
			return true;
	}
	return false;
}

void script_finish(struct script *script)
{
	free(script->text);
}

bool script_more(const struct script *script)
{
	return *script->at != '\0';
}

/* Decodes the text in place, from behind the opening quote; returns the text behind the closing quote. */
static char *decode_quoted(struct script *script, char *from, struct word *word)
{
	char *to = from;

	word->quoted = true;
	word->data = from;
	for (; *from && *from != '"'; to++) {
		char digits[3] = { 0 };

		if (*from != '\\') {
			*to = *from++;
		} else if (from[1] == 'x' && from[2] && from[3]) {
			memcpy(digits, from + 2, 2);
			*to = (char)strtoul(digits, NULL, 16);
			from += 4;
		} else {
			*to = from[1];
			from += 2;
		}
	}
	if (*from != '"')
		script_fail(script, "no closing quote", word->name);
	word->size = to - word->data;
	*to = '\0';
	return from + 1;
}

struct word script_word(struct script *script)
{
	struct word word = { .name = script->at, .rest = "" };
	char *end = script->at + strcspn(script->at, " \t\n\"");

	if (end == script->at && *end != '"')
		script_fail(script, "a word is missing", "");
	if (*end == '"') {
		*end = '\0';
		end = decode_quoted(script, end + 1, &word);
		word.rest = end;
		end += strcspn(end, " \t\n");
	}
	script->at = skip_blanks(end);
	*end = '\0';
	return word;
}

const char *script_name(struct script *script)
{
	struct word word = script_word(script);

	if (word.quoted)
		script_fail(script, "a plain word is expected", word.data);
	return word.name;
}

int64_t script_parse_integer(const struct script *script, const char *text)
{
	char *end;
	int64_t value;

	errno = 0;
	value = *text == '-' ? strtoll(text, &end, 0) : (int64_t)strtoull(text, &end, 0);
	if (end == text || *end || errno)
		script_fail(script, "an integer is expected", text);
	return value;
}

int64_t script_integer(struct script *script)
{
	return script_parse_integer(script, script_name(script));
}

const char *script_text(struct script *script)
{
	struct word word = script_word(script);

	if (!word.quoted || *word.name || *word.rest)
		script_fail(script, "a text in quotes is expected", word.name);
	return word.data;
}
