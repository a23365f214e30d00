/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "file_limit.h"

static void the_limit_is_raised_to_what_is_permitted(void **state)
{
	struct rlimit usual, low, raised;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
	low = (struct rlimit){ usual.rlim_max / 2, usual.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	/* Twice: the second time there is nothing to do. */
	for (int i = 0; i < 2; i++) {
		file_limit_raise();
		assert_int_equal(getrlimit(RLIMIT_NOFILE, &raised), 0);
		assert_int_equal(raised.rlim_cur, usual.rlim_max);
		assert_int_equal(raised.rlim_max, usual.rlim_max);
	}
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
}

static void only_an_error_of_this_limit_has_the_hint(void **state)
{
	struct error err = { 0 };

	error_fail(&err, -ENOMEM, "out of memory");
	file_limit_hint(&err);
	assert_string_equal(err.hint, "");
	error_fail(&err, -EMFILE, "too many files are open");
	file_limit_hint(&err);
	assert_string_equal(err.hint, "raise the limit: ulimit -Hn, or LimitNOFILE=");
	file_limit_hint(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_limit_is_raised_to_what_is_permitted),
		cmocka_unit_test(only_an_error_of_this_limit_has_the_hint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
