/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "record_clock.h"

#define SECOND INT64_C(1000000000)

/* As fs/proc/base.c writes them: "%-10s %10lld %9ld\\n". */
static void reads_offsets(void **state)
{
	static const struct {
		const char *text;
		int64_t shift;
	} rows[] = {
		{ "monotonic           0         0\nboottime            0         0\n", 0 },
		{ "monotonic           5         0\nboottime            7         0\n",
		  5 * SECOND },
		{ "monotonic         -86 400000000\nboottime            0         0\n",
		  -86 * SECOND + 400000000 },
		{ "boottime           12         0\nmonotonic           1         2\n",
		  SECOND + 2 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t shift = 1;

		assert_true(record_clock_parse_offsets(rows[i].text, &shift));
		assert_int_equal(shift, rows[i].shift);
	}
}

static void refuses_what_is_none(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		"boottime 1 2\n",
		"monotonic\n",
		"monotonic x 0\n",
		"monotonic 1\n",
		"monotonic 9223372036854775807 0\n",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		int64_t shift = 1;

		assert_false(record_clock_parse_offsets(texts[i], &shift));
		assert_int_equal(shift, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_offsets),
		cmocka_unit_test(refuses_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
