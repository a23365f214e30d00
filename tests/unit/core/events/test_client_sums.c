/* SPDX-License-Identifier: MIT */
/* The number of requests that were made for another one, and the time in which at least one was open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "client_sums.h"

static void time_with_several_counts_once(void **state)
{
	struct client_sums sums = { 0 };

	assert_int_equal(client_sums_total(&sums, 5), 0);
	client_sums_begin(&sums, 10, false);
	assert_int_equal(client_sums_total(&sums, 15), 5);
	client_sums_begin(&sums, 20, false);
	client_sums_end(&sums, 30, false);
	client_sums_end(&sums, 40, false);
	assert_int_equal(client_sums_total(&sums, 100), 30);
	client_sums_begin(&sums, 100, false);
	assert_int_equal(client_sums_total(&sums, 103), 33);
	client_sums_end(&sums, 107, false);
	assert_int_equal(client_sums_total(&sums, 200), 37);
	assert_int_equal(sums.count, 3);
}

/* Each of these is told later than what happened after it. */
static void order_does_not_matter_much(void **state)
{
	struct client_sums sums = { 0 };

	client_sums_begin(&sums, 12, false);
	client_sums_begin(&sums, 10, false);
	client_sums_end(&sums, 40, false);
	client_sums_end(&sums, 38, false);
	assert_int_equal(client_sums_total(&sums, 50), 30);
	/* A part of it has been counted already. */
	client_sums_begin(&sums, 35, false);
	client_sums_end(&sums, 50, false);
	assert_int_equal(client_sums_total(&sums, 50), 40);
	client_sums_begin(&sums, 60, false);
	client_sums_begin(&sums, 45, false);
	client_sums_end(&sums, 70, false);
	client_sums_end(&sums, 71, false);
	assert_int_equal(client_sums_total(&sums, 80), 61);
}

/* The end of one that was not counted, and a time that goes back, are no harm. */
static void nothing_runs_below_zero(void **state)
{
	struct client_sums sums = { 0 };

	client_sums_end(&sums, 5, false);
	assert_int_equal(client_sums_total(&sums, 9), 0);
	client_sums_begin(&sums, 20, false);
	assert_int_equal(client_sums_total(&sums, 10), 0);
	client_sums_end(&sums, 15, false);
	assert_int_equal(client_sums_total(&sums, 30), 0);
}

/* What was left by a panic, or is still open when its own goroutine ends the request, has no known end. */
static void unknown_ends_are_noticed(void **state)
{
	struct client_sums sums = { 0 };

	assert_true(client_sums_are_known(&sums));
	client_sums_begin(&sums, 10, true);
	assert_false(client_sums_are_known(&sums));
	client_sums_begin(&sums, 11, false);
	client_sums_end(&sums, 12, true);
	assert_true(client_sums_are_known(&sums));
	client_sums_give_up(&sums, 20, false);
	assert_false(client_sums_are_known(&sums));
	assert_int_equal(sums.open, 0);
	assert_int_equal(sums.count, 2);
}

/* Compares random intervals, in order, with a count of every moment. */
static void agrees_with_counting(void **state)
{
	enum { ROUNDS = 200, MOMENTS = 400, PART = 5 };

	srand(1);
	for (int round = 0; round < ROUNDS; round++) {
		struct client_sums sums = { 0 };
		uint64_t open = 0, counted = 0;

		for (uint64_t time = 0; time < MOMENTS; time++) {
			if (rand() % PART == 0) {
				client_sums_begin(&sums, time, false);
				open++;
			}
			if (open && rand() % PART == 0) {
				client_sums_end(&sums, time, false);
				open--;
			}
			assert_int_equal(client_sums_total(&sums, time), counted);
			counted += open > 0;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_with_several_counts_once),
		cmocka_unit_test(order_does_not_matter_much),
		cmocka_unit_test(nothing_runs_below_zero),
		cmocka_unit_test(unknown_ends_are_noticed),
		cmocka_unit_test(agrees_with_counting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
