/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lease.h"

static void is_refused_while_written_to(void **state)
{
	char path[] = "/tmp/gohttpsnoop-lease-XXXXXX";
	int writer = mkstemp(path), reader = open(path, O_RDONLY | O_CLOEXEC);
	struct error err = { 0 };

	assert_true(writer >= 0 && reader >= 0);
	assert_int_equal(lease_take(reader), -EAGAIN);
	assert_int_equal(lease_fail(-EAGAIN, &err), -EAGAIN);
	assert_non_null(strstr(err.what, "another process has it open for writing"));
	close(writer);
	assert_int_equal(lease_take(reader), 0);
	assert_false(lease_is_recalled(reader));
	close(reader);
	unlink(path);
}

/* Only one of the reasons is a missing capability. */
static void says_why(void **state)
{
	struct error err = { 0 };

	assert_int_equal(lease_fail(-EINVAL, &err), -EINVAL);
	assert_non_null(strstr(err.what, "its file system does not support leases"));
	assert_null(strstr(err.hint, "capability"));
	err = (struct error){ 0 };
	assert_int_equal(lease_fail(0, &err), -EAGAIN);
	assert_non_null(strstr(err.what, "open for writing"));
	err = (struct error){ 0 };
	assert_int_equal(lease_fail(-EACCES, &err), -EACCES);
	assert_non_null(strstr(err.hint, "capability"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_refused_while_written_to),
		cmocka_unit_test(says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
