/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "character.h"

/* RFC 3629, section 3. */
static size_t encode(uint32_t character, char *bytes)
{
	if (character < 0x80) {
		bytes[0] = (char)character;
		return 1;
	}
	if (character < 0x800) {
		bytes[0] = (char)(0xc0 | character >> 6);
		bytes[1] = (char)(0x80 | (character & 0x3f));
		return 2;
	}
	if (character < 0x10000) {
		bytes[0] = (char)(0xe0 | character >> 12);
		bytes[1] = (char)(0x80 | (character >> 6 & 0x3f));
		bytes[2] = (char)(0x80 | (character & 0x3f));
		return 3;
	}
	bytes[0] = (char)(0xf0 | character >> 18);
	bytes[1] = (char)(0x80 | (character >> 12 & 0x3f));
	bytes[2] = (char)(0x80 | (character >> 6 & 0x3f));
	bytes[3] = (char)(0x80 | (character & 0x3f));
	return 4;
}

/*
 * Decodes all characters. Encodings of surrogates and of numbers beyond Unicode are refused, and so is every
 * encoding that is cut.
 */
static void decodes_all_characters(void **state)
{
	for (uint32_t character = 0; character < 0x120000; character++) {
		bool exists = character < 0x110000 && !(character >= 0xd800 && character < 0xe000);
		uint32_t decoded = 7;
		char bytes[4];
		size_t length = encode(character, bytes);

		assert_int_equal(character_decode(bytes, length, &decoded), exists ? length : 0);
		assert_int_equal(decoded, exists ? character : 7);
		for (size_t cut = 1; cut < length; cut++)
			assert_int_equal(character_decode(bytes, cut, &decoded), 0);
	}
}

static void refuses_what_is_none(void **state)
{
	static const char *const rows[] = {
		"\x80",
		"\xbf",
		"\xc0\x80",
		"\xc1\xbf",
		"\xe0\x9f\xbf",
		"\xf0\x8f\xbf\xbf",
		"\xf5\x80\x80\x80",
		"\xff",
		"\xc3(",
		"\xe2\x82(",
		"\xf0\x9f\x98(",
	};
	uint32_t character = 7;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(character_decode(rows[i], strlen(rows[i]), &character), 0);
	assert_int_equal(character, 7);
}

/* Unicode's categories Cc, Zl and Zp, and its property Bidi_Control. */
static void knows_controls(void **state)
{
	static const struct {
		uint32_t first, last;
	} spans[] = { { 0, 0x1f },	  { 0x7f, 0x9f },     { 0x61c, 0x61c },
		      { 0x200e, 0x200f }, { 0x2028, 0x202e }, { 0x2066, 0x2069 } };
	size_t span = 0;

	for (uint32_t character = 0; character < 0x110000; character++) {
		while (span < 6 && character > spans[span].last)
			span++;
		assert_int_equal(character_is_control(character),
				 span < 6 && character >= spans[span].first);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_all_characters),
		cmocka_unit_test(refuses_what_is_none),
		cmocka_unit_test(knows_controls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
