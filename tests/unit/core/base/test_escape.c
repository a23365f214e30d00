/* SPDX-License-Identifier: MIT */
#include <iconv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "escape.h"

/* Escapes `input` into memory of exactly the promised size. */
static size_t escape_copy(enum escape_notation notation, const char *input, size_t size, char *text,
			  size_t text_size)
{
	char *output = malloc(size * ESCAPE_MAX_GROWTH + 1);
	size_t used = escape(notation, input, size, output);

	assert_true(used <= size * ESCAPE_MAX_GROWTH);
	assert_true(used < text_size);
	memcpy(text, output, used);
	text[used] = '\0';
	free(output);
	return used;
}

static void assert_escaped(const char *input, size_t size, const char *json, const char *terminal)
{
	char text[512];
	size_t used = escape_copy(ESCAPE_JSON, input, size, text, sizeof(text));

	assert_string_equal(text, json);
	assert_int_equal(used, strlen(json));
	used = escape_copy(ESCAPE_TERMINAL, input, size, text, sizeof(text));
	assert_string_equal(text, terminal);
	assert_int_equal(used, strlen(terminal));
}

#define ASSERT_ESCAPED(input, json, terminal) \
	assert_escaped(input, sizeof(input) - 1, json, terminal)
#define BAD "\xef\xbf\xbd"

static void escapes_what_acts(void **state)
{
	ASSERT_ESCAPED("", "", "");
	ASSERT_ESCAPED("/items/7?q=1", "/items/7?q=1", "/items/7?q=1");
	ASSERT_ESCAPED("\0a\0", "\\u0000a\\u0000", "\\x00a\\x00");
	ASSERT_ESCAPED("\x1b[2J", "\\u001b[2J", "\\x1b[2J");
	ASSERT_ESCAPED("a\r\nb\t", "a\\u000d\\u000ab\\u0009", "a\\x0d\\x0ab\\x09");
	ASSERT_ESCAPED("\x7f", "\\u007f", "\\x7f");
	ASSERT_ESCAPED("\"\\", "\\\"\\\\", "\"\\\\");
	ASSERT_ESCAPED("\\x1b", "\\\\x1b", "\\\\x1b");
	ASSERT_ESCAPED("\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0", "\\u0080\\u009b\\u009f\xc2\xa0",
		       "\\x80\\x9b\\x9f\xc2\xa0");
	ASSERT_ESCAPED("\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029", "\\u2028\\u2029");
	ASSERT_ESCAPED("a\xe2\x80\xae"
		       "fdp.exe",
		       "a\\u202efdp.exe", "a\\u202efdp.exe");
	ASSERT_ESCAPED("\xe2\x81\xa6\xe2\x81\xa9\xd8\x9c", "\\u2066\\u2069\\u061c",
		       "\\u2066\\u2069\\u061c");
	ASSERT_ESCAPED("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
		       "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
		       "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80");
}

/* Replaces one byte at a time: the bytes after a broken sequence are examined again. */
static void replaces_what_is_no_utf8(void **state)
{
	ASSERT_ESCAPED("\xff", BAD, BAD);
	ASSERT_ESCAPED("\x80\xbf", BAD BAD, BAD BAD);
	ASSERT_ESCAPED("\xc0\xaf", BAD BAD, BAD BAD); /* overlong / */
	ASSERT_ESCAPED("\xc1\xbf", BAD BAD, BAD BAD);
	ASSERT_ESCAPED("\xe0\x80\xaf", BAD BAD BAD, BAD BAD BAD);
	ASSERT_ESCAPED("\xe0\x9f\xbf", BAD BAD BAD, BAD BAD BAD);
	ASSERT_ESCAPED("\xf0\x80\x80\xaf", BAD BAD BAD BAD, BAD BAD BAD BAD);
	ASSERT_ESCAPED("\xf0\x8f\xbf\xbf", BAD BAD BAD BAD, BAD BAD BAD BAD);
	ASSERT_ESCAPED("\xed\xa0\x80", BAD BAD BAD, BAD BAD BAD); /* surrogates */
	ASSERT_ESCAPED("\xed\xbf\xbf", BAD BAD BAD, BAD BAD BAD);
	ASSERT_ESCAPED("\xf4\x90\x80\x80", BAD BAD BAD BAD, BAD BAD BAD BAD);
	ASSERT_ESCAPED("\xf5\x80\x80\x80", BAD BAD BAD BAD, BAD BAD BAD BAD);
	ASSERT_ESCAPED("\xe2\x82", BAD BAD, BAD BAD);
	ASSERT_ESCAPED("\xe2\x82"
		       "A",
		       BAD BAD "A", BAD BAD "A");
	ASSERT_ESCAPED("\xe2\x1b", BAD "\\u001b", BAD "\\x1b");
	ASSERT_ESCAPED("\xc3\"", BAD "\\\"", BAD "\"");
	ASSERT_ESCAPED("\xf0\x9f\x98\xc3\xa9", BAD BAD BAD "\xc3\xa9", BAD BAD BAD "\xc3\xa9");
}

static size_t encode(uint32_t point, char *text)
{
	if (point < 0x80) {
		text[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		text[0] = (char)(0xc0 | point >> 6);
		text[1] = (char)(0x80 | (point & 0x3f));
		return 2;
	}
	if (point < 0x10000) {
		text[0] = (char)(0xe0 | point >> 12);
		text[1] = (char)(0x80 | (point >> 6 & 0x3f));
		text[2] = (char)(0x80 | (point & 0x3f));
		return 3;
	}
	text[0] = (char)(0xf0 | point >> 18);
	text[1] = (char)(0x80 | (point >> 12 & 0x3f));
	text[2] = (char)(0x80 | (point >> 6 & 0x3f));
	text[3] = (char)(0x80 | (point & 0x3f));
	return 4;
}

static bool is_surrogate(uint32_t point)
{
	return point >= 0xd800 && point <= 0xdfff;
}

/* Unicode 15: the categories Cc, Zl and Zp, and the property Bidi_Control. */
static bool wants_escape(uint32_t point)
{
	static const uint32_t ranges[][2] = { { 0, 0x1f },	  { 0x7f, 0x9f },
					      { 0x61c, 0x61c },	  { 0x200e, 0x200f },
					      { 0x2028, 0x202e }, { 0x2066, 0x2069 } };

	for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (point >= ranges[i][0] && point <= ranges[i][1])
			return true;
	}
	return false;
}

static void treats_each_character(void **state)
{
	char input[4], wanted[16], text[32];

	for (uint32_t point = 0; point <= 0x1fffff; point++) {
		size_t size = encode(point, input);

		escape_copy(ESCAPE_JSON, input, size, text, sizeof(text));
		if (is_surrogate(point))
			strcpy(wanted, BAD BAD BAD);
		else if (point > 0x10ffff)
			strcpy(wanted, BAD BAD BAD BAD);
		else if (wants_escape(point))
			snprintf(wanted, sizeof(wanted), "\\u%04x", point);
		else
			snprintf(wanted, sizeof(wanted), "%s%.*s",
				 point == '"' || point == '\\' ? "\\" : "", (int)size, input);
		if (strcmp(text, wanted) != 0)
			fail_msg("U+%04X became %s, not %s", point, text, wanted);
	}
}

/* Asks the C library whether the text is UTF-8. */
static bool is_utf8(iconv_t converter, char *text, size_t size)
{
	uint32_t points[64];
	char *out = (char *)points;
	size_t left = sizeof(points);

	iconv(converter, NULL, NULL, NULL, NULL);
	return iconv(converter, &text, &size, &out, &left) != (size_t)-1 && size == 0;
}

static void output_is_utf8_without_controls(void **state)
{
	/* Bytes at the borders of the classes: four of them in any order, with other bytes around. */
	static const uint8_t borders[] = { 0x00, 0x1b, 0x41, 0x7f, 0x80, 0x8f, 0x90,
					   0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0,
					   0xe2, 0xed, 0xef, 0xf0, 0xf4, 0xf5 };
	enum { COUNT = sizeof(borders) };
	iconv_t converter = iconv_open("UTF-32LE", "UTF-8");
	char input[4], text[64];

	assert_true(converter != (iconv_t)-1);
	for (size_t i = 0; i < COUNT * COUNT * COUNT * COUNT; i++) {
		input[0] = (char)borders[i % COUNT];
		input[1] = (char)borders[i / COUNT % COUNT];
		input[2] = (char)borders[i / COUNT / COUNT % COUNT];
		input[3] = (char)borders[i / COUNT / COUNT / COUNT];
		for (int notation = ESCAPE_JSON; notation <= ESCAPE_TERMINAL; notation++) {
			size_t used = escape_copy(notation, input, 4, text, sizeof(text));

			assert_true(is_utf8(converter, text, used));
			for (size_t j = 0; j < used; j++) {
				assert_true((unsigned char)text[j] >= 0x20 && text[j] != 0x7f);
				assert_false((unsigned char)text[j] == 0xc2 &&
					     (unsigned char)text[j + 1] < 0xa0);
			}
		}
	}
	iconv_close(converter);
}

static void knows_what_needs_nothing(void **state)
{
	assert_true(escape_is_needless("", 0));
	assert_true(escape_is_needless(" ~/items/{id}", 13));
	for (int byte = 0; byte < 256; byte++) {
		char text[3] = { 'a', (char)byte, 'b' };

		assert_int_equal(escape_is_needless(text, 3),
				 byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\');
		assert_true(escape_is_needless(text, 1));
	}
}

/* Eight bytes are examined at once: each byte matters at each of the eight places, whatever the others. */
static void knows_it_at_each_place(void **state)
{
	for (size_t size = 1; size <= 25; size++) {
		for (size_t at = 0; at < size; at++) {
			for (int byte = 0; byte < 256; byte++) {
				char text[25];

				memset(text, byte & 1 ? ' ' : '~', size);
				text[at] = (char)byte;
				assert_int_equal(escape_is_needless(text, size),
						 byte >= 0x20 && byte < 0x7f && byte != '"' &&
							 byte != '\\');
			}
		}
	}
}

#define TRIMMED(text) escape_trim_cut(text, sizeof(text) - 1)

static void trims_a_cut_character(void **state)
{
	assert_int_equal(TRIMMED(""), 0);
	assert_int_equal(TRIMMED("abc"), 3);
	assert_int_equal(TRIMMED("ab\xc3"), 2);
	assert_int_equal(TRIMMED("ab\xc3\xa9"), 4);
	assert_int_equal(TRIMMED("ab\xe2"), 2);
	assert_int_equal(TRIMMED("ab\xe2\x82"), 2);
	assert_int_equal(TRIMMED("ab\xe2\x82\xac"), 5);
	assert_int_equal(TRIMMED("\xf0"), 0);
	assert_int_equal(TRIMMED("\xf0\x9f"), 0);
	assert_int_equal(TRIMMED("\xf0\x9f\x98"), 0);
	assert_int_equal(TRIMMED("\xf0\x9f\x98\x80"), 4);
	/* A sequence that no further byte could complete stays, and is shown as broken. */
	assert_int_equal(TRIMMED("ab\xff"), 3);
	assert_int_equal(TRIMMED("ab\xc0"), 3);
	assert_int_equal(TRIMMED("ab\xf5\x80"), 4);
	assert_int_equal(TRIMMED("\xe0\x80\x80"), 3);
	assert_int_equal(TRIMMED("\xc2"
				 "a"),
			 2);
	assert_int_equal(TRIMMED("\x80\x80\x80\x80"), 4);
	assert_int_equal(TRIMMED("\xc3\xa9\xa9"), 3);
	assert_int_equal(TRIMMED("\xe2\x82\xac\x80"), 4);
}

/* A valid text that is cut anywhere and trimmed is still valid. */
static void trimmed_text_is_whole(void **state)
{
	static char text[] = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z\xef\xbf\xbd\xf4\x8f\xbf\xbf";
	iconv_t converter = iconv_open("UTF-32LE", "UTF-8");

	for (size_t size = 0; size < sizeof(text); size++) {
		size_t trimmed = escape_trim_cut(text, size);

		assert_true(trimmed <= size && size - trimmed <= 3);
		assert_true(is_utf8(converter, text, trimmed));
		assert_int_equal(escape_is_utf8(text, size), is_utf8(converter, text, size));
		if (is_utf8(converter, text, size))
			assert_int_equal(trimmed, size);
	}
	iconv_close(converter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_what_acts),
		cmocka_unit_test(replaces_what_is_no_utf8),
		cmocka_unit_test(treats_each_character),
		cmocka_unit_test(output_is_utf8_without_controls),
		cmocka_unit_test(knows_what_needs_nothing),
		cmocka_unit_test(knows_it_at_each_place),
		cmocka_unit_test(trims_a_cut_character),
		cmocka_unit_test(trimmed_text_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
