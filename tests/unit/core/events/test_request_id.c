/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "request_id.h"

static const struct hit_head start = { .pid = 1, .tid = 2, .time = 3 };

/* The same first record gives the same id, at the end of the request and before. */
static void is_the_same_for_a_request(void **state)
{
	const struct hit_head again = start;

	assert_true(request_id(7, &start) == request_id(7, &again));
	assert_true(request_id(7, &start) != 0);
}

static void differs_between_requests(void **state)
{
	struct hit_head later = start, other_thread = start, other_process = start;

	later.time++;
	other_thread.tid++;
	other_process.pid++;
	assert_true(request_id(7, &start) != request_id(7, &later));
	assert_true(request_id(7, &start) != request_id(7, &other_thread));
	assert_true(request_id(7, &start) != request_id(7, &other_process));
}

static void differs_between_runs(void **state)
{
	assert_true(request_id(7, &start) != request_id(8, &start));
}

/* Half of the bits differ between neighbours, so that the first digits of ids can be compared by eye. */
static void has_no_order(void **state)
{
	uint64_t bits = 0;

	for (uint64_t time = 0; time < 1000; time++) {
		struct hit_head one = start, next = start;

		one.time = time;
		next.time = time + 1;
		bits += __builtin_popcountll(request_id(7, &one) ^ request_id(7, &next));
	}
	assert_in_range(bits, 31000, 33000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_the_same_for_a_request),
		cmocka_unit_test(differs_between_requests),
		cmocka_unit_test(differs_between_runs),
		cmocka_unit_test(has_no_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
