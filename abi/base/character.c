/* SPDX-License-Identifier: MIT */
#include "character.h"

/* The length of a character by its first byte; 0 if no character begins with this byte. */
static size_t length_of(unsigned char first)
{
	return first < 0x80 ? 1 :
	       first < 0xc2 ? 0 :
	       first < 0xe0 ? 2 :
	       first < 0xf0 ? 3 :
	       first < 0xf5 ? 4 :
			      0;
}

size_t character_decode(const char *data, size_t size, uint32_t *ret_character)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *bytes = (const unsigned char *)data;
	size_t length = length_of(bytes[0]);
	uint32_t character = length == 1 ? bytes[0] : bytes[0] & (0x7fu >> length);

	if (length == 0 || length > size)
		return 0;
	for (size_t i = 1; i < length; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		character = character << 6 | (bytes[i] & 0x3fu);
	}
	if (character < least[length] || character > 0x10ffff ||
	    (character >= 0xd800 && character <= 0xdfff))
		return 0;
	*ret_character = character;
	return length;
}

bool character_is_control(uint32_t character)
{
	return character < 0x20 || (character >= 0x7f && character <= 0x9f) ||
	       character == 0x2028 || character == 0x2029 || /* line, paragraph */
	       character == 0x061c || character == 0x200e || character == 0x200f || /* marks */
	       (character >= 0x202a && character <= 0x202e) || /* embeddings, overrides */
	       (character >= 0x2066 && character <= 0x2069);   /* isolates */
}
