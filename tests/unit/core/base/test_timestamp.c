/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "timestamp.h"

static const struct {
	int64_t nanoseconds;
	const char *text;
} cases[] = {
	{ 0, "1970-01-01T00:00:00.000000000Z" },
	{ 1, "1970-01-01T00:00:00.000000001Z" },
	{ 999999999, "1970-01-01T00:00:00.999999999Z" },
	{ 1000000000, "1970-01-01T00:00:01.000000000Z" },
	{ -1, "1969-12-31T23:59:59.999999999Z" },
	{ -999999999, "1969-12-31T23:59:59.000000001Z" },
	{ -1000000000, "1969-12-31T23:59:59.000000000Z" },
	{ -1000000001, "1969-12-31T23:59:58.999999999Z" },
	{ 1795340460123456789, "2026-11-22T09:41:00.123456789Z" },
	{ 951782400000000000, "2000-02-29T00:00:00.000000000Z" },
	{ 4107542399999999999, "2100-02-28T23:59:59.999999999Z" },
	{ 4107542400000000000, "2100-03-01T00:00:00.000000000Z" },
	{ INT64_MAX, "2262-04-11T23:47:16.854775807Z" },
	{ INT64_MIN, "1677-09-21T00:12:43.145224192Z" },
};
enum { COUNT = sizeof(cases) / sizeof(cases[0]) };

static void formats_times(void **state)
{
	for (size_t i = 0; i < COUNT; i++) {
		struct timestamp timestamp = { 0 };
		const char *text = timestamp_format(&timestamp, cases[i].nanoseconds);

		assert_string_equal(text, cases[i].text);
		assert_int_equal(strlen(text), TIMESTAMP_SIZE);
	}
}

/* The result does not depend on the second that it remembers. */
static void remembers_no_wrong_second(void **state)
{
	struct timestamp timestamp = { 0 };

	for (size_t i = 0; i < COUNT; i++) {
		for (size_t j = 0; j < COUNT; j++) {
			timestamp_format(&timestamp, cases[i].nanoseconds);
			assert_string_equal(timestamp_format(&timestamp, cases[j].nanoseconds),
					    cases[j].text);
		}
	}
}

static void is_in_utc_everywhere(void **state)
{
	struct timestamp timestamp = { 0 };

	setenv("TZ", "Asia/Kathmandu-5:45", 1);
	tzset();
	assert_string_equal(timestamp_format(&timestamp, 0), cases[0].text);
	setenv("TZ", "UTC", 1);
	tzset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_times),
		cmocka_unit_test(remembers_no_wrong_second),
		cmocka_unit_test(is_in_utc_everywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
