/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "go_time.h"

/* With and without a monotonic clock; with one, seconds count from 1885. */
#define MONOTONIC(seconds, nanoseconds) \
	(1ull << 63 | (uint64_t)(seconds) << 30 | (uint64_t)(nanoseconds))

static void counts_seconds(void **state)
{
	assert_true(go_time_unix(0, 62135596800) == 0);
	assert_true(go_time_unix(0, 63930937260) == 1795340460);
	assert_true(go_time_unix(MONOTONIC(4477628460, 0), 7) == 1795340460);
	assert_true(go_time_seconds(0, 5) == 5);
	assert_true(go_time_seconds(MONOTONIC(0, 3), 5) == 59453308800);
	assert_int_equal(go_time_fraction(MONOTONIC(4477628460, 123456789)), 123456789);
}

static void counts_nanoseconds(void **state)
{
	int64_t time = 1;

	assert_true(go_time_nanoseconds(MONOTONIC(4477628460, 5), 7, &time));
	assert_true(time == 1795340460000000005);
	assert_true(go_time_nanoseconds(9, 63930937260, &time));
	assert_true(time == 1795340460000000009);
	assert_true(go_time_nanoseconds(0, 62135596799, &time));
	assert_true(time == -1000000000);
	/* The zero time, and values that are no times. */
	time = 1;
	assert_false(go_time_nanoseconds(0, 0, &time));
	assert_false(go_time_nanoseconds(0, INT64_MAX, &time));
	assert_false(go_time_nanoseconds(0, INT64_MIN, &time));
	assert_true(time == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_seconds),
		cmocka_unit_test(counts_nanoseconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
