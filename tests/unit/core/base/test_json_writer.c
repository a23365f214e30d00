/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json_writer.h"

static struct json_writer *writer;

static int create_writer(void **state)
{
	return json_writer_create(&writer);
}

static int destroy_writer(void **state)
{
	json_writer_destroy(writer);
	return 0;
}

/* What was written since the last time, with `end` behind it. */
static void assert_text(const char *end, const char *wanted)
{
	struct bytes text;

	assert_int_equal(json_writer_finish(writer, end, &text), 0);
	if (text.size != strlen(wanted) || memcmp(text.data, wanted, text.size) != 0)
		fail_msg("%.*s, not %s", (int)text.size, (const char *)text.data, wanted);
	json_writer_clear(writer);
}

static void writes_nested_values(void **state)
{
	json_open_object(writer);
	json_key(writer, "a");
	json_integer(writer, 1);
	json_name(writer, "b");
	json_open_list(writer);
	json_open_object(writer);
	json_close_object(writer);
	json_open_list(writer);
	json_close_list(writer);
	json_null(writer);
	json_bool(writer, true);
	json_bool(writer, false);
	json_raw(writer, "1.5e+300", 8);
	json_close_list(writer);
	json_key(writer, "c");
	json_bytes(writer, "x", 1);
	json_close_object(writer);
	assert_text("\n", "{\"a\":1,\"b\":[{},[],null,true,false,1.5e+300],\"c\":\"x\"}\n");
}

/* One text after the other, into the same memory or not. */
static void writes_many_texts(void **state)
{
	struct bytes text;

	for (int i = 0; i < 3; i++) {
		json_open_list(writer);
		json_close_list(writer);
		assert_text("\n", "[]\n");
	}
	json_integer(writer, 1);
	assert_int_equal(json_writer_finish(writer, ",", &text), 0);
	json_integer(writer, 2);
	assert_text(";", "1,2;");
	assert_text("", "");
}

static void writes_integers(void **state)
{
	static const int64_t rows[] = { 0, 1, -1, 9, 10, -10, 1234567890, INT64_MAX, INT64_MIN };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char wanted[32];

		snprintf(wanted, sizeof(wanted), "%lld", (long long)rows[i]);
		json_integer(writer, rows[i]);
		assert_text("", wanted);
	}
}

static void writes_any_bytes(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *text;
	} rows[] = {
		{ "", 0, "\"\"" },
		{ "plain", 5, "\"plain\"" },
		{ "a\"b\\c", 5, "\"a\\\"b\\\\c\"" },
		{ "caf\xc3\xa9", 5, "\"caf\xc3\xa9\"" },
		{ "\0", 1, "\"\\u0000\"" },
		{ "\n\x1b\x7f", 3, "\"\\u000a\\u001b\\u007f\"" },
		{ "\xff\xc3", 2, "\"\xef\xbf\xbd\xef\xbf\xbd\"" },
		{ "\xe2\x80\xa8", 3, "\"\\u2028\"" },
		{ "\xc2\x9b", 2, "\"\\u009b\"" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		json_bytes(writer, rows[i].bytes, rows[i].size);
		assert_text("", rows[i].text);
	}
}

/* Keys are strings like others; the colon comes behind the escapes. */
static void escapes_keys(void **state)
{
	json_open_object(writer);
	json_bytes(writer, "a\"b", 3);
	json_integer(writer, 1);
	json_bytes(writer, "\xff", 1);
	json_bytes(writer, "\xfe", 1);
	json_name(writer, "\x1b[31m");
	json_open_object(writer);
	json_bytes(writer, "\0", 1);
	json_null(writer);
	json_close_object(writer);
	json_bytes(writer, "", 0);
	json_bool(writer, true);
	json_close_object(writer);
	assert_text(
		"",
		"{\"a\\\"b\":1,\"\xef\xbf\xbd\":\"\xef\xbf\xbd\",\"\\u001b[31m\":{\"\\u0000\":null},\"\":true}");
}

/* Texts of any size, so that the room runs out at any place, within escapes as well. */
static void grows(void **state)
{
	for (size_t size = 0; size < 3000; size += 7) {
		char *bytes = malloc(size + 1), *wanted = malloc(6 * size + 16);
		size_t used;

		memset(bytes, size % 2 ? '\n' : 'x', size);
		used = (size_t)sprintf(wanted, "[\"");
		for (size_t i = 0; i < size; i++)
			used += (size_t)sprintf(wanted + used, "%s", size % 2 ? "\\u000a" : "x");
		sprintf(wanted + used, "\"]\n");
		json_open_list(writer);
		json_bytes(writer, bytes, size);
		json_close_list(writer);
		assert_text("\n", wanted);
		free(bytes);
		free(wanted);
	}
}

static void writes_megabytes(void **state)
{
	enum { COUNT = 200000 };
	struct bytes text;

	json_open_list(writer);
	for (int i = 0; i < COUNT; i++)
		json_bytes(writer, "\x01", 1);
	json_close_list(writer);
	assert_int_equal(json_writer_finish(writer, "\n", &text), 0);
	assert_int_equal(text.size, COUNT * 9 + 2);
	json_writer_clear(writer);
}

/* What could not be written is no text; the next one may be. */
/* No byte needs room, and none of it is a failure. */
static void begins_with_nothing(void **state)
{
	struct json_writer *fresh = NULL;
	struct bytes text;

	assert_int_equal(json_writer_create(&fresh), 0);
	json_raw(fresh, "", 0);
	json_writer_text(fresh, "", 0);
	json_null(fresh);
	assert_int_equal(json_writer_finish(fresh, "", &text), 0);
	assert_int_equal(text.size, 4);
	assert_memory_equal(text.data, "null", 4);
	json_writer_destroy(fresh);
}

static void forgets_failures(void **state)
{
	struct bytes text = { 0 };

	json_open_object(writer);
	json_raw(writer, "1", 1); /* no key */
	json_close_object(writer);
	assert_int_equal(json_writer_finish(writer, "\n", &text), -ENOMEM);
	assert_null(text.data);
	json_writer_clear(writer);
	json_open_object(writer);
	json_close_object(writer);
	assert_text("\n", "{}\n");
}

static void destroys_nothing(void **state)
{
	json_writer_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_nested_values), cmocka_unit_test(writes_many_texts),
		cmocka_unit_test(writes_integers),	cmocka_unit_test(writes_any_bytes),
		cmocka_unit_test(escapes_keys),		cmocka_unit_test(grows),
		cmocka_unit_test(writes_megabytes),	cmocka_unit_test(forgets_failures),
		cmocka_unit_test(destroys_nothing),	cmocka_unit_test(begins_with_nothing),
	};

	return cmocka_run_group_tests(tests, create_writer, destroy_writer);
}
