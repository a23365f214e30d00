/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "duration_text.h"

static void writes_three_digits(void **state)
{
	static const struct {
		int64_t nanoseconds;
		const char *text;
	} cases[] = {
		{ 0, "0ns" },
		{ 7, "7ns" },
		{ 999, "999ns" },
		{ 1000, "1.00µs" },
		{ 9994, "9.99µs" },
		{ 9996, "10.0µs" },
		{ 99940, "99.9µs" },
		{ 99960, "100µs" },
		{ 999400, "999µs" },
		{ 999600, "1.00ms" },
		{ 1234567, "1.23ms" },
		{ 999400000, "999ms" },
		{ 999981000, "1.00s" },
		{ 12345678900, "12.3s" },
		{ 86400000000000, "86400s" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(duration_text(cases[i].nanoseconds).text, cases[i].text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_three_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
