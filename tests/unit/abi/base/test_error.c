/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "error.h"

static void fills_once(void **state)
{
	struct error err = { 0 };
	char text[256];

	errno = EINTR;
	error_subject(&err, "pid %d", 42);
	assert_int_equal(error_fail(&err, -ENOENT, "not a %s program", "Go"), -ENOENT);
	error_subject(&err, "pid %d", 43);
	error_hint(&err, "try another");
	error_hint(&err, "or none");
	assert_int_equal(errno, EINTR);
	assert_int_equal(err.code, -ENOENT);
	error_format(&err, text, sizeof(text));
	assert_string_equal(text, "pid 42: not a Go program (try another)");

	/* The hint belonged to the first failure. */
	error_fail(&err, -EIO, "cannot read");
	error_format(&err, text, sizeof(text));
	assert_string_equal(text, "pid 42: cannot read");
}

static void accepts_null(void **state)
{
	char text[8] = "unset";

	assert_int_equal(error_fail(NULL, -EIO, "x"), -EIO);
	error_subject(NULL, "x");
	error_hint(NULL, "x");
	error_format(NULL, text, sizeof(text));
	assert_string_equal(text, "");
	error_format(NULL, NULL, 0);
}

static void escapes_what_drives_a_terminal(void **state)
{
	static const struct {
		const char *what, *shown;
	} rows[] = {
		{ "plain", "plain" },
		{ "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb9",
		  "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xb9" },
		{ "\x1b[31m\n\x7f", "\\x1b[31m\\x0a\\x7f" },
		{ "\xc2\x9b", "\\u009b" },
		{ "\xe2\x80\xa8\xe2\x80\xae\xe2\x81\xa6", "\\u2028\\u202e\\u2066" },
		{ "\x9b\xff", "\\x9b\\xff" },
		{ "\xc0\x80", "\\xc0\\x80" },
		{ "\xe2\x82", "\\xe2\\x82" },
		{ "\xed\xa0\x80", "\\xed\\xa0\\x80" },
		{ "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },
		{ "\xe0\x80\x80", "\\xe0\\x80\\x80" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct error err = { 0 };
		char text[256];

		error_fail(&err, -1, "%s", rows[i].what);
		error_format(&err, text, sizeof(text));
		assert_string_equal(text, rows[i].shown);
	}
}

static void cuts_whole_characters(void **state)
{
	struct error err = { 0 };
	char text[5];

	error_fail(&err, -1, "abc\xc3\xa9z");
	for (size_t size = 1; size <= sizeof(text); size++) {
		memset(text, 'x', sizeof(text));
		error_format(&err, text, size);
		assert_true(strlen(text) < size);
		assert_int_equal(strncmp("abc", text, strlen(text)), 0);
	}
}

static void quotes_once(void **state)
{
	struct error err = { 0 }, other = { 0 };

	error_quote(NULL, "x", 0);
	error_fail(&err, -EINVAL, "wrong");
	error_quote(&err, "a.b", 2);
	error_quote(&err, "other", 1);
	assert_string_equal(err.quote, "a.b");
	assert_int_equal(err.quote_at, 2);
	/* The quote is copied to the other error, and the next failure discards it. */
	error_adopt(&other, &err);
	assert_string_equal(other.quote, "a.b");
	assert_int_equal(other.quote_at, 2);
	error_fail(&err, -EIO, "cannot read");
	assert_string_equal(err.quote, "");
}

/* Checks how a quote is shown, and the column of the caret below it. */
static void assert_quote(const char *quote, size_t at, const char *shown, size_t wanted)
{
	struct error err = { 0 };
	char text[256];
	size_t column = 99;

	error_fail(&err, -EINVAL, "wrong");
	error_quote(&err, quote, at);
	assert_true(error_format_quote(&err, text, sizeof(text), &column));
	assert_string_equal(text, shown);
	assert_int_equal(column, wanted);
}

static void formats_quotes(void **state)
{
	assert_quote("a.b", 0, "a.b", 0);
	assert_quote("a.b", 2, "a.b", 2);
	assert_quote("a.b", 3, "a.b", 3);
	/* A position beyond the end is shown at the end. */
	assert_quote("a.b", 77, "a.b", 3);
	/* Columns count characters as they are shown: an escape is several columns wide. */
	assert_quote("caf\xc3\xa9.b", 6, "caf\xc3\xa9.b", 5);
	assert_quote("a\x1b[31mb", 2, "a\\x1b[31mb", 5);
	assert_quote("a\x1b[31mb", 1, "a\\x1b[31mb", 1);
	assert_quote("\xff\xe2\x80\xae.", 4, "\\xff\\u202e.", 10);
	/* A position within a character is shown at its begin. */
	assert_quote("a\xc3\xa9", 2, "a\xc3\xa9", 1);
}

static void formats_no_quote(void **state)
{
	struct error err = { 0 };
	char text[4] = "old";
	size_t column = 5;

	error_fail(&err, -EINVAL, "wrong");
	assert_false(error_format_quote(&err, text, sizeof(text), &column));
	error_quote(&err, "", 0);
	assert_false(error_format_quote(&err, text, sizeof(text), &column));
	error_quote(&err, "abc", 0);
	assert_false(error_format_quote(&err, text, 0, &column));
	assert_string_equal(text, "old");
	assert_int_equal(column, 5);
}

/* A long quote is cut, and the caret stays below what is left. */
static void cuts_quotes(void **state)
{
	struct error err = { 0 };
	char quote[400], text[16];
	size_t column;

	memset(quote, 'q', sizeof(quote) - 1);
	quote[sizeof(quote) - 1] = '\0';
	error_fail(&err, -EINVAL, "wrong");
	error_quote(&err, quote, 390);
	assert_int_equal(strlen(err.quote), sizeof(err.quote) - 1);
	for (size_t size = 1; size <= sizeof(text); size++) {
		memset(text, 'x', sizeof(text));
		assert_true(error_format_quote(&err, text, size, &column));
		assert_true(strlen(text) < size);
		assert_int_equal(column, strlen(text));
	}
}

static void tells_shortages_from_refusals(void **state)
{
	static const int shortages[] = { -EMFILE, -ENFILE, -ENOMEM, -ENOSPC };
	static const int others[] = { 0, EMFILE, -ENOENT, -EPERM, -EACCES, -EBADMSG, -ESRCH };

	for (size_t i = 0; i < sizeof(shortages) / sizeof(shortages[0]); i++)
		assert_true(error_is_shortage(shortages[i]));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(error_is_shortage(others[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_once),
		cmocka_unit_test(accepts_null),
		cmocka_unit_test(escapes_what_drives_a_terminal),
		cmocka_unit_test(cuts_whole_characters),
		cmocka_unit_test(quotes_once),
		cmocka_unit_test(formats_quotes),
		cmocka_unit_test(formats_no_quote),
		cmocka_unit_test(cuts_quotes),
		cmocka_unit_test(tells_shortages_from_refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
