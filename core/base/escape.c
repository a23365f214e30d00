/* SPDX-License-Identifier: MIT */
#include "escape.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "character.h"

static const uint64_t EACH_BYTE = 0x0101010101010101;

static size_t put_escape(enum escape_notation notation, uint32_t character, char *output)
{
	char text[8];
	size_t size;

	if (notation == ESCAPE_TERMINAL && character < 0x100)
		size = snprintf(text, sizeof(text), "\\x%02x", character);
	else
		size = snprintf(text, sizeof(text), "\\u%04x", character);
	memcpy(output, text, size);
	return size;
}

/* Printable ASCII that both notations leave as it is; most bytes are. */
static bool is_plain_ascii(char byte)
{
	return byte >= 0x20 && byte <= 0x7e && byte != '"' && byte != '\\';
}

size_t escape(enum escape_notation notation, const char *data, size_t size, char *output)
{
	static const char replacement[] = "\xef\xbf\xbd";
	char *out = output;
	uint32_t character;

	for (size_t at = 0, length; at < size; at += length) {
		length = 1;
		if (is_plain_ascii(data[at])) {
			*out++ = data[at];
			continue;
		}
		length = character_decode(data + at, size - at, &character);
		if (length == 0) {
			memcpy(out, replacement, 3);
			out += 3;
			length = 1;
		} else if (character == '\\' || (character == '"' && notation == ESCAPE_JSON)) {
			*out++ = '\\';
			*out++ = (char)character;
		} else if (character_is_control(character)) {
			out += put_escape(notation, character, out);
		} else {
			memcpy(out, data + at, length);
			out += length;
		}
	}
	return out - output;
}

bool escape_is_utf8(const char *data, size_t size)
{
	uint32_t character;

	for (size_t at = 0, length; at < size; at += length) {
		length = character_decode(data + at, size - at, &character);
		if (length == 0)
			return false;
	}
	return true;
}

/*
 * Returns a word in which the highest bit of each byte says whether the byte is zero. The result is exact up
 * to the lowest byte that is zero.
 */
static uint64_t zero_bytes(uint64_t word)
{
	return (word - EACH_BYTE) & ~word & 0x80 * EACH_BYTE;
}

/* Does the test of is_plain_ascii() for eight bytes at once. */
static bool are_plain_ascii(uint64_t word)
{
	uint64_t high = word & 0x80 * EACH_BYTE;
	uint64_t below_space = (word - 0x20 * EACH_BYTE) & ~word & 0x80 * EACH_BYTE;

	return !(high | below_space | zero_bytes(word ^ 0x7f * EACH_BYTE) |
		 zero_bytes(word ^ '"' * EACH_BYTE) | zero_bytes(word ^ '\\' * EACH_BYTE));
}

bool escape_is_needless(const char *data, size_t size)
{
	uint64_t word;

	for (; size >= sizeof(word); data += sizeof(word), size -= sizeof(word)) {
		memcpy(&word, data, sizeof(word));
		if (!are_plain_ascii(word))
			return false;
	}
	for (size_t i = 0; i < size; i++) {
		if (!is_plain_ascii(data[i]))
			return false;
	}
	return true;
}

size_t escape_trim_cut(const char *data, size_t size)
{
	uint32_t character;

	for (size_t back = 1; back <= 3 && back <= size; back++) {
		const char *at = data + size - back;
		unsigned char first = *at;

		if ((first & 0xc0) == 0x80)
			continue;
		/* A lead byte stays if its character would be complete, or is invalid. */
		if (first >= 0xc2 && first <= 0xf4 && character_decode(at, back, &character) == 0 &&
		    (first >= 0xf0 ? back < 4 :
		     first >= 0xe0 ? back < 3 :
				     back < 2))
			return size - back;
		return size;
	}
	return size;
}

/* Returns the size of the character at `text`, and how many columns it takes. */
static size_t character_at(const char *text, size_t size, size_t *ret_columns)
{
	uint32_t character;
	size_t length = character_decode(text, size, &character);

	*ret_columns = length ? character_columns(character) : 1;
	return length ? length : 1;
}

size_t escape_columns(const char *text, size_t size)
{
	size_t columns = 0, more;

	for (size_t at = 0; at < size; columns += more)
		at += character_at(text + at, size - at, &more);
	return columns;
}

size_t escape_fitting(const char *text, size_t size, size_t columns)
{
	size_t at = 0, used = 0;

	while (at < size) {
		size_t more, length = character_at(text + at, size - at, &more);

		if (used + more > columns)
			break;
		used += more;
		at += length;
	}
	return at;
}
