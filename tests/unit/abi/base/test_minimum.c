/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "minimum.h"

static void chooses_one_of_two(void **state)
{
	assert_int_equal(minimum(1, 2), 1);
	assert_int_equal(minimum(2, 1), 1);
	assert_int_equal(minimum(UINT64_MAX, 0), 0);
	assert_int_equal(maximum(1, 2), 2);
	assert_int_equal(maximum(2, 1), 2);
	assert_int_equal(maximum(UINT64_MAX, 0), UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses_one_of_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
