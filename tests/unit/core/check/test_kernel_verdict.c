/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kernel_report.h"
#include "kernel_verdict.h"

enum { MULTI, SLEEPABLE, ATOMIC };

static const struct kernel_facts root = { .capabilities = UINT64_MAX };

static void fail_outcome(struct kernel_outcome *outcome, enum obstacle obstacle)
{
	outcome->failure.obstacle = obstacle;
	error_fail(&outcome->why, -1, "%s", obstacle_name(obstacle));
}

/* Makes a kernel that fails everything. Tests then add exceptions. */
static void fail_all(struct kernel_trial *trial, enum obstacle obstacle)
{
	for (int i = 0; i < KERNEL_WAYS; i++) {
		fail_outcome(&trial->short_plans[i], obstacle);
		fail_outcome(&trial->long_plans[i], obstacle);
	}
	fail_outcome(&trial->execs, obstacle);
	fail_outcome(&trial->listens, obstacle);
}

static void expect(const struct kernel_verdict *verdict, const char *working)
{
	for (int i = 0; i < TOOL_FEATURE_COUNT; i++) {
		const char *name = tool_feature_name((enum tool_feature)i);

		if (verdict->features[i].works != (strstr(working, name) != NULL))
			fail_msg("%s: %d, %s", name, verdict->features[i].works,
				 verdict->features[i].why.what);
		assert_true(verdict->features[i].works ||
			    verdict->features[i].obstacle != OBSTACLE_NONE);
	}
}

#define RIGHTS "other_users unreadable leases"

static void everything_works(void **state)
{
	struct kernel_trial trial = { 0 };
	struct kernel_verdict verdict;

	kernel_verdict_find(&root, &trial, &verdict);
	expect(&verdict,
	       "requests functions latency captures absent_pages new_processes port " RIGHTS);
	assert_int_equal(kernel_verdict_sum(&verdict), VERDICT_EVERYTHING);
}

static void nothing_works(void **state)
{
	struct kernel_trial trial = { 0 };
	struct kernel_verdict verdict;

	fail_all(&trial, OBSTACLE_NO_TYPES);
	kernel_verdict_find(&root, &trial, &verdict);
	expect(&verdict, RIGHTS);
	assert_int_equal(kernel_verdict_sum(&verdict), VERDICT_NOTHING);
	assert_string_equal(verdict.features[TOOL_LATENCY].why.what, "no_btf");
}

/* Linux 6.1 lacks one way, but that costs nothing. */
static void lacks_a_way(void **state)
{
	struct kernel_trial trial = { 0 };
	struct kernel_verdict verdict;

	fail_outcome(&trial.short_plans[MULTI], OBSTACLE_NO_MULTI_LINKS);
	fail_outcome(&trial.long_plans[MULTI], OBSTACLE_NO_MULTI_LINKS);
	kernel_verdict_find(&root, &trial, &verdict);
	assert_int_equal(kernel_verdict_sum(&verdict), VERDICT_EVERYTHING);
}

/* Linux 5.15 has one way only, and that only for requests. */
static void has_old_kernel(void **state)
{
	struct kernel_trial trial = { 0 };
	struct kernel_verdict verdict;

	for (int i = 0; i < KERNEL_WAYS; i++)
		fail_outcome(&trial.long_plans[i], OBSTACLE_NO_LOOPS);
	fail_outcome(&trial.short_plans[MULTI], OBSTACLE_NO_MULTI_LINKS);
	fail_outcome(&trial.short_plans[SLEEPABLE], OBSTACLE_NO_SLEEPABLE);
	kernel_verdict_find(&root, &trial, &verdict);
	expect(&verdict, "requests new_processes port " RIGHTS);
	assert_int_equal(verdict.features[TOOL_ABSENT_PAGES].obstacle, OBSTACLE_NO_SLEEPABLE);
	assert_int_equal(verdict.features[TOOL_CAPTURES].obstacle, OBSTACLE_NO_LOOPS);
	assert_int_equal(kernel_verdict_sum(&verdict), VERDICT_PARTLY);
}

/* The most important reason is not that a kernel lacks the first way. */
static void names_what_matters(void **state)
{
	struct kernel_trial trial = { 0 };
	struct kernel_verdict verdict;

	fail_all(&trial, OBSTACLE_ADMIN);
	fail_outcome(&trial.short_plans[MULTI], OBSTACLE_NO_MULTI_LINKS);
	kernel_verdict_find(&root, &trial, &verdict);
	assert_int_equal(verdict.features[TOOL_REQUESTS].obstacle, OBSTACLE_ADMIN);
}

static void lacks_rights(void **state)
{
	struct kernel_facts facts = { .capabilities = 0 };
	struct kernel_trial trial = { 0 };
	struct kernel_verdict verdict;

	kernel_verdict_find(&facts, &trial, &verdict);
	expect(&verdict, "requests functions latency captures absent_pages new_processes port");
	assert_non_null(strstr(verdict.features[TOOL_LEASES].why.what, "missing CAP_LEASE"));
	assert_int_equal(kernel_verdict_sum(&verdict), VERDICT_PARTLY);
}

/* Features with the same problem are reported together. */
static void gathers_problems(void **state)
{
	struct kernel_trial trial = { 0 };
	struct kernel_verdict verdict;
	struct report *report;
	struct bytes text;
	static const char expected[] =
		"\"problems\":[{\"reason\":\"no_loops\",\"why\":\"no_loops\","
		"\"concerns\":[\"functions\",\"latency\",\"captures\"]}],\"verdict\":\"partly\"}\n";

	for (int i = 0; i < KERNEL_WAYS; i++)
		fail_outcome(&trial.long_plans[i], OBSTACLE_NO_LOOPS);
	kernel_verdict_find(&root, &trial, &verdict);
	assert_int_equal(report_create(true, &report), 0);
	kernel_report_verdict(report, &verdict);
	assert_int_equal(report_finish(report, &text), 0);
	assert_true(text.size > strlen(expected));
	assert_memory_equal(text.data + text.size - strlen(expected), expected, strlen(expected));
	report_destroy(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_works),   cmocka_unit_test(nothing_works),
		cmocka_unit_test(lacks_a_way),	      cmocka_unit_test(has_old_kernel),
		cmocka_unit_test(names_what_matters), cmocka_unit_test(lacks_rights),
		cmocka_unit_test(gathers_problems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
