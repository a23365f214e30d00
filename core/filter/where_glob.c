/* SPDX-License-Identifier: MIT */
#include "where_glob.h"

#include <ctype.h>
#include <stdint.h>
#include <string.h>

#include "character.h"

enum { WRONG_BYTES = 0x110000 }; /* bytes that are not UTF-8 follow the characters */

static uint32_t next_character(const char **at, size_t size)
{
	uint32_t character;
	size_t length = character_decode(*at, size, &character);

	if (length == 0) {
		character = WRONG_BYTES + (unsigned char)**at;
		length = 1;
	}
	*at += length;
	return character;
}

/* Reads a character of a glob, which may have a backslash before it. */
static uint32_t next_literal(const char **at)
{
	if ((*at)[0] == '\\' && (*at)[1])
		++*at;
	return next_character(at, strlen(*at));
}

/* ---- brackets ---- */

/* Returns what follows [:alpha:]; NULL if `text` does not begin with a class. */
static const char *skip_class(const char *text)
{
	const char *end = text[0] == '[' && text[1] == ':' ? strstr(text + 2, ":]") : NULL;

	return end ? end + 2 : NULL;
}

/* Returns what follows the bracket that begins at `text`; NULL if it has no end. */
static const char *skip_bracket(const char *text)
{
	const char *at = text + 1, *behind;

	at += *at == '!' || *at == '^';
	for (bool is_first = true; *at; is_first = false) {
		if (*at == ']' && !is_first)
			return at + 1;
		behind = skip_class(at);
		if (behind)
			at = behind;
		else
			next_literal(&at);
	}
	return NULL;
}

static bool is_in_class(const char *name, size_t size, uint32_t character)
{
	static const struct {
		const char *name;
		int (*has)(int character);
	} classes[] = {
		{ "alnum", isalnum }, { "alpha", isalpha }, { "blank", isblank },
		{ "cntrl", iscntrl }, { "digit", isdigit }, { "graph", isgraph },
		{ "lower", islower }, { "print", isprint }, { "punct", ispunct },
		{ "space", isspace }, { "upper", isupper }, { "xdigit", isxdigit },
	};

	for (size_t i = 0; character < 0x80 && i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (strlen(classes[i].name) == size && memcmp(classes[i].name, name, size) == 0)
			return classes[i].has((int)character);
	}
	return false;
}

/* The bracket has an end, which is at `end`. */
static bool bracket_has(const char *bracket, const char *end, uint32_t character)
{
	const char *at = bracket + 1, *behind;
	bool is_negated = *at == '!' || *at == '^', has = false;
	uint32_t low, high;

	at += is_negated;
	while (at < end) {
		behind = skip_class(at);
		if (behind) {
			has = has || is_in_class(at + 2, (size_t)(behind - at) - 4, character);
			at = behind;
			continue;
		}
		low = high = next_literal(&at);
		if (at + 1 < end && *at == '-') {
			at++;
			high = next_literal(&at);
		}
		has = has || (character >= low && character <= high);
	}
	return has != is_negated;
}

/* ---- globs ---- */

/* Matches a character of the string with the part of the glob, which is no star, and steps over both. */
static bool match_character(const char **glob, const char **string, size_t size)
{
	uint32_t character = next_character(string, size);
	const char *bracket = *glob, *behind;

	if (*bracket == '\0')
		return false;
	if (*bracket == '?') {
		++*glob;
		return true;
	}
	behind = *bracket == '[' ? skip_bracket(bracket) : NULL;
	if (!behind)
		return next_literal(glob) == character;
	*glob = behind;
	return bracket_has(bracket, behind - 1, character);
}

/* If a part behind a star does not match, only the last star has to take another character. */
bool where_glob_matches(const char *glob, const char *string, size_t size)
{
	const char *end = string + size, *behind_star = NULL, *taken = NULL;

	for (;;) {
		if (*glob == '*') {
			behind_star = ++glob;
			taken = string;
		} else if (string == end) {
			return *glob == '\0';
		} else if (!match_character(&glob, &string, (size_t)(end - string))) {
			if (!behind_star)
				return false;
			next_character(&taken, (size_t)(end - taken));
			string = taken;
			glob = behind_star;
		}
	}
}

const char *where_glob_problem(const char *glob)
{
	while (glob && *glob) {
		if (*glob == '\\' && !glob[1])
			return "this glob ends with a backslash";
		if (*glob == '[')
			glob = skip_bracket(glob);
		else
			glob += *glob == '\\' ? 2 : 1;
	}
	return glob ? NULL : "a bracket of this glob has no end: [[] stands for the character [";
}
