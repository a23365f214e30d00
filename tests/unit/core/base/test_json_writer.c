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
#include <yajl/yajl_gen.h>

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

/* Returns what was written since the last call, followed by `end`. */
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

/* Writes several texts in a row; they may share memory or not. */
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

/* A key is escaped like any string, and the colon follows its escapes. */
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

/* Writes texts of many sizes, so that the memory has to grow at every place, within escapes as well. */
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

/* An empty text needs no memory, and is no error. */
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

/* A failed text is discarded; the next one may succeed. */
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

/* The greatest depth, and one more. */
static void has_a_greatest_depth(void **state)
{
	enum { DEPTH = 128 };
	char wanted[2 * DEPTH + 1];
	struct bytes text;

	memset(wanted, '[', DEPTH);
	memset(wanted + DEPTH, ']', DEPTH);
	wanted[2 * DEPTH] = '\0';
	for (int i = 0; i < DEPTH; i++)
		json_open_list(writer);
	for (int i = 0; i < DEPTH; i++)
		json_close_list(writer);
	assert_text("", wanted);
	for (int i = 0; i <= DEPTH; i++)
		json_open_list(writer);
	for (int i = 0; i <= DEPTH; i++)
		json_close_list(writer);
	assert_int_equal(json_writer_finish(writer, "", &text), -ENOMEM);
	json_writer_clear(writer);
	json_close_list(writer);
	assert_int_equal(json_writer_finish(writer, "", &text), -ENOMEM);
	json_writer_clear(writer);
}

/* Only strings are keys. */
static void refuses_other_keys(void **state)
{
	struct bytes text;

	for (int kind = 0; kind < 5; kind++) {
		json_open_object(writer);
		if (kind == 0)
			json_integer(writer, 1);
		else if (kind == 1)
			json_bool(writer, true);
		else if (kind == 2)
			json_null(writer);
		else if (kind == 3)
			json_open_list(writer);
		else
			json_open_object(writer);
		assert_int_equal(json_writer_finish(writer, "", &text), -ENOMEM);
		json_writer_clear(writer);
	}
}

/* The same items, written by yajl. */
static void open_both(yajl_gen judge, bool is_object)
{
	if (is_object) {
		json_open_object(writer);
		yajl_gen_map_open(judge);
	} else {
		json_open_list(writer);
		yajl_gen_array_open(judge);
	}
}

static void close_both(yajl_gen judge, bool is_object)
{
	if (is_object) {
		json_close_object(writer);
		yajl_gen_map_close(judge);
	} else {
		json_close_list(writer);
		yajl_gen_array_close(judge);
	}
}

static void write_both_strings(yajl_gen judge, unsigned int *seed)
{
	char text[16];
	int size = rand_r(seed) % (int)sizeof(text);

	for (int i = 0; i < size; i++)
		text[i] = (char)('a' + rand_r(seed) % 26);
	json_bytes(writer, text, (size_t)size);
	yajl_gen_string(judge, (const unsigned char *)text, (size_t)size);
}

static void write_both(yajl_gen judge, unsigned int *seed, int depth)
{
	int64_t integer = (int64_t)rand_r(seed) - RAND_MAX / 2;
	int kind = rand_r(seed) % (depth < 6 ? 6 : 4);
	bool is_object = kind == 5;

	if (kind == 0) {
		json_integer(writer, integer);
		yajl_gen_integer(judge, integer);
	} else if (kind == 1) {
		json_bool(writer, integer & 1);
		yajl_gen_bool(judge, integer & 1);
	} else if (kind == 2) {
		json_null(writer);
		yajl_gen_null(judge);
	} else if (kind == 3) {
		write_both_strings(judge, seed);
	} else {
		open_both(judge, is_object);
		for (int count = rand_r(seed) % 5; count > 0; count--) {
			if (is_object)
				write_both_strings(judge, seed);
			write_both(judge, seed, depth + 1);
		}
		close_both(judge, is_object);
	}
}

static void agrees_with_yajl(void **state)
{
	for (unsigned int round = 0; round < 20000; round++) {
		yajl_gen judge = yajl_gen_alloc(NULL);
		const unsigned char *wanted;
		struct bytes text;
		unsigned int seed = round;
		size_t size;

		write_both(judge, &seed, 0);
		yajl_gen_get_buf(judge, &wanted, &size);
		assert_int_equal(json_writer_finish(writer, "", &text), 0);
		assert_int_equal(text.size, size);
		assert_memory_equal(text.data, wanted, size);
		json_writer_clear(writer);
		yajl_gen_free(judge);
	}
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
		cmocka_unit_test(has_a_greatest_depth), cmocka_unit_test(refuses_other_keys),
		cmocka_unit_test(agrees_with_yajl),
	};

	return cmocka_run_group_tests(tests, create_writer, destroy_writer);
}
