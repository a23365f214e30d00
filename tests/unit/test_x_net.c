/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "x_net.h"

#define COMMIT "20210119194325-5f4716e94777"

static uint32_t release_of(char *lines)
{
	const struct build_info info = { .modinfo = lines };

	return x_net_release(&info, NULL);
}

#define RELEASE_OF(lines) release_of((char[]){ "path\tmain\nmod\tmain\t(devel)\t\n" lines })
#define REQUIRED(version) "dep\tgolang.org/x/net\t" version
#define REPLACED(by) REQUIRED("v0.0.0-" COMMIT) "\n=>\t" by "\n"
#define SUM "\th1:sum\n"

static void reads_what_was_required(void **state)
{
	assert_int_equal(RELEASE_OF(REQUIRED("v0.7.0") SUM), X_NET_VERSION(7, 0));
	assert_int_equal(RELEASE_OF(REQUIRED("v0.0.0-" COMMIT) SUM), X_NET_COMMIT(20210119));
	assert_int_equal(RELEASE_OF(REQUIRED("v0.7.0") SUM "dep\tgolang.org/x/text\tv0.8.0" SUM),
			 X_NET_VERSION(7, 0));
	assert_int_equal(RELEASE_OF(REQUIRED("v1.0.0") SUM), 0);
	assert_int_equal(RELEASE_OF(REQUIRED("")), 0);
	assert_true(X_NET_COMMIT(20220524) < X_NET_VERSION(1, 0));
}

static void reads_what_it_was_replaced_by(void **state)
{
	assert_int_equal(RELEASE_OF(REPLACED("golang.org/x/net\tv0.17.0\th1:sum")),
			 X_NET_VERSION(17, 0));
	/* A folder, and a fork. */
	assert_int_equal(RELEASE_OF(REPLACED("./net\t(devel)\t")), 0);
	assert_int_equal(RELEASE_OF(REPLACED("golang.org/x/net\t(devel)\t")), 0);
	assert_int_equal(RELEASE_OF(REPLACED("example.com/x/net\tv0.17.0\th1:sum")), 0);
	assert_int_equal(RELEASE_OF(REQUIRED("v0.0.0-00010101000000-000000000000") SUM), 0);
	/* Of another module. */
	assert_int_equal(RELEASE_OF(REQUIRED("v0.7.0") SUM
				    "dep\tgolang.org/x/text\tv0.8.0\n"
				    "=>\tgolang.org/x/net\tv0.17.0\th1:sum\n"),
			 X_NET_VERSION(7, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_was_required),
		cmocka_unit_test(reads_what_it_was_replaced_by),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
