/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "text_table.h"

static void assert_table(struct text_table *table, const char *wanted)
{
	struct text_buffer text = { 0 };

	text_table_write(table, &text);
	assert_false(text.failed);
	assert_int_equal(text.size, strlen(wanted));
	assert_memory_equal(text.data, wanted, text.size);
	text_buffer_release(&text);
	text_table_finish(table);
}

static void aligns_columns(void **state)
{
	struct text_table table = { .columns = 3, .right = 1U << 1 };

	text_table_add(&table, "NAME");
	text_table_add(&table, "COUNT");
	text_table_add(&table, "LAST");
	text_table_add(&table, "a longer one");
	text_table_print(&table, "%d", 7);
	text_table_add(&table, "x");
	text_table_add(&table, "b");
	text_table_print(&table, "%d", 1234567);
	text_table_add(&table, "not padded");
	assert_table(&table, "NAME            COUNT  LAST\n"
			     "a longer one        7  x\n"
			     "b             1234567  not padded\n");
}

/* Columns are counted in characters, and what a terminal would obey is escaped. */
static void shows_foreign_text(void **state)
{
	struct text_table table = { .columns = 2 };
	struct text_buffer cell = { 0 };

	text_table_add_foreign(&table, "", "é\x1b[31m");
	text_table_add(&table, "1");
	text_table_add_foreign(&table, "", "");
	text_table_add_foreign(&table, "", "\xff");
	text_buffer_print(&cell, "%s", "put together");
	text_table_add_buffer(&table, &cell);
	text_table_add(&table, "2");
	assert_table(&table, "é\\x1b[31m     1\n"
			     "-             \uFFFD\n"
			     "put together  2\n");
}

/* Wide characters take two columns, combined ones none. */
static void counts_columns_of_characters(void **state)
{
	struct text_table table = { .columns = 2 };

	text_table_add_foreign(&table, "", "日本語");
	text_table_add(&table, "1");
	text_table_add_foreign(&table, "→", "e\u0301");
	text_table_add(&table, "2");
	text_table_add(&table, "abcdef");
	text_table_add(&table, "3");
	assert_table(&table, "日本語  1\n"
			     "→e\u0301      2\n"
			     "abcdef  3\n");
}

/* By the flexible column, down to a least width. */
static void fits_a_terminal(void **state)
{
	static const struct {
		size_t width;
		const char *wanted;
	} cases[] = {
		{ 0, "a  /a/long/route  12\nb  日本語日本語    3\n" },
		{ 20, "a  /a/long/route  12\nb  日本語日本語    3\n" },
		{ 18, "a  /a/long/ro…  12\nb  日本語日本…   3\n" },
		{ 17, "a  /a/long/r…  12\nb  日本語日…    3\n" },
		{ 5, "a  /a/long…  12\nb  日本語…    3\n" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct text_table table = {
			.columns = 3, .right = 1U << 2, .width = cases[i].width, .flexible = 1
		};

		text_table_add(&table, "a");
		text_table_add(&table, "/a/long/route");
		text_table_add(&table, "12");
		text_table_add(&table, "b");
		text_table_add(&table, "日本語日本語");
		text_table_add(&table, "3");
		assert_table(&table, cases[i].wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aligns_columns),
		cmocka_unit_test(shows_foreign_text),
		cmocka_unit_test(counts_columns_of_characters),
		cmocka_unit_test(fits_a_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
