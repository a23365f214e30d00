/* SPDX-License-Identifier: MIT */
#include "escape.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

/*
 * Decodes the character at `data`; returns how many bytes it has, or 0 when they are not UTF-8:
 * stray continuation, overlong form, surrogate, above U+10FFFF, or cut at the end.
 */
static size_t decode_character(const unsigned char *data, size_t size, uint32_t *ret_character)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t character;
	size_t length;

	if (data[0] < 0x80) {
		*ret_character = data[0];
		return 1;
	}
	if (data[0] >= 0xc2 && data[0] <= 0xdf)
		length = 2, character = data[0] & 0x1f;
	else if (data[0] >= 0xe0 && data[0] <= 0xef)
		length = 3, character = data[0] & 0x0f;
	else if (data[0] >= 0xf0 && data[0] <= 0xf4)
		length = 4, character = data[0] & 0x07;
	else
		return 0;
	if (size < length)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((data[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (data[i] & 0x3f);
	}
	if (character < least[length] || character > 0x10ffff ||
	    (character >= 0xd800 && character <= 0xdfff))
		return 0;
	*ret_character = character;
	return length;
}

/* Characters that act on a terminal or reorder what a reader sees. */
static bool is_active(uint32_t character)
{
	return character < 0x20 || (character >= 0x7f && character <= 0x9f) ||
	       character == 0x2028 || character == 0x2029 || /* line, paragraph */
	       character == 0x061c || character == 0x200e || character == 0x200f || /* marks */
	       (character >= 0x202a && character <= 0x202e) || /* embeddings, overrides */
	       (character >= 0x2066 && character <= 0x2069);   /* isolates */
}

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

size_t escape(enum escape_notation notation, const char *data, size_t size, char *output)
{
	static const char replacement[] = "\xef\xbf\xbd";
	const unsigned char *input = (const unsigned char *)data;
	char *out = output;
	uint32_t character;

	for (size_t at = 0, length; at < size; at += length) {
		length = decode_character(input + at, size - at, &character);
		if (length == 0) {
			memcpy(out, replacement, 3);
			out += 3;
			length = 1;
		} else if (character == '\\' || (character == '"' && notation == ESCAPE_JSON)) {
			*out++ = '\\';
			*out++ = (char)character;
		} else if (is_active(character)) {
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
	const unsigned char *input = (const unsigned char *)data;
	uint32_t character;

	for (size_t at = 0, length; at < size; at += length) {
		length = decode_character(input + at, size - at, &character);
		if (length == 0)
			return false;
	}
	return true;
}

bool escape_is_needless(const char *data, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		unsigned char byte = data[i];

		if (byte < 0x20 || byte > 0x7e || byte == '"' || byte == '\\')
			return false;
	}
	return true;
}

size_t escape_trim_cut(const char *data, size_t size)
{
	uint32_t character;

	for (size_t back = 1; back <= 3 && back <= size; back++) {
		const unsigned char *at = (const unsigned char *)data + size - back;

		if ((*at & 0xc0) == 0x80)
			continue;
		/* A lead byte whose character would be complete, or is hopeless, stays as it is. */
		if (*at >= 0xc2 && *at <= 0xf4 && decode_character(at, back, &character) == 0 &&
		    (*at >= 0xf0 ? back < 4 :
		     *at >= 0xe0 ? back < 3 :
				   back < 2))
			return size - back;
		return size;
	}
	return size;
}
