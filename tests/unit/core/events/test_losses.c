/* SPDX-License-Identifier: MIT */
/* Counts lost records as requests and calls. This test replaces the kernel and the assembly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "losses.h"

static struct {
	uint64_t lost[PLAN_ROLE_COUNT];
	uint32_t open;
	uint64_t unknown_ends;
} stage;

uint64_t kernel_lost(const struct kernel *kernel, enum plan_role role)
{
	return stage.lost[role];
}

uint32_t assembly_open_requests(const struct assembly *assembly)
{
	return stage.open;
}

uint64_t assembly_unknown_ends(const struct assembly *assembly)
{
	return stage.unknown_ends;
}

static int set_up(void **state)
{
	memset(&stage, 0, sizeof(stage));
	return 0;
}

/* The roles of probes that begin a request or call, and of those that end it. */
static void each_role_counts_once(void **state)
{
	static const enum plan_role begins[] = { PLAN_ROLE_START, PLAN_ROLE_WHOLE, PLAN_ROLE_CALL };
	static const enum plan_role ends[] = { PLAN_ROLE_END, PLAN_ROLE_PANIC, PLAN_ROLE_HIJACK,
					       PLAN_ROLE_RETURN, PLAN_ROLE_GOROUTINE_EXIT };
	struct losses losses = { 0 };

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++) {
		stage.lost[begins[i]] = 5 + i;
		assert_int_equal(losses_take(&losses, NULL), 5 + i);
	}
	assert_int_equal(losses_lost_ends(&losses, NULL), 0);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		uint64_t before = losses_lost_ends(&losses, NULL);

		stage.lost[ends[i]] = 5 + i;
		assert_int_equal(losses_lost_ends(&losses, NULL), before + 5 + i);
	}
	assert_int_equal(losses_take(&losses, NULL), 0);
}

static void what_was_dropped_while_it_waited_is_lost_too(void **state)
{
	struct losses losses = { .pending_dropped = 3 };

	stage.lost[PLAN_ROLE_START] = 4;
	assert_int_equal(losses_take(&losses, NULL), 7);
	losses_drop(&losses, PLAN_ROLE_WHOLE);
	losses_drop(&losses, PLAN_ROLE_HIJACK);
	losses_drop(&losses, PLAN_ROLE_RETURN);
	losses_drop(&losses, PLAN_ROLE_ROUTE);
	assert_int_equal(losses_take(&losses, NULL), 1);
	assert_int_equal(losses_lost_ends(&losses, NULL), 2);
}

/* A lost end leaves a request open, unless the request was reported already. */
static void lost_ends_are_requests_that_stayed_open(void **state)
{
	struct losses losses = { 0 };

	stage.lost[PLAN_ROLE_END] = 5;
	stage.open = 10;
	assert_int_equal(losses_of_ends(&losses, NULL, NULL), 5);
	stage.unknown_ends = 2;
	assert_int_equal(losses_of_ends(&losses, NULL, NULL), 3);
	stage.open = 2;
	assert_int_equal(losses_of_ends(&losses, NULL, NULL), 2);
	stage.unknown_ends = 5;
	assert_int_equal(losses_of_ends(&losses, NULL, NULL), 0);
	stage.unknown_ends = 6;
	assert_int_equal(losses_of_ends(&losses, NULL, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_role_counts_once, set_up),
		cmocka_unit_test_setup(what_was_dropped_while_it_waited_is_lost_too, set_up),
		cmocka_unit_test_setup(lost_ends_are_requests_that_stayed_open, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
