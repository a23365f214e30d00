/* SPDX-License-Identifier: MIT */
/* Processes that ended, in the order in which they ended. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ends.h"

static struct target *const some_target = (struct target *)&"a target that nobody looks at";

static void add(struct ends *ends, uint32_t pid, bool is_target)
{
	const struct end end = { is_target ? some_target : NULL, pid, 10 * (uint64_t)pid };

	assert_true(ends_add(ends, &end));
}

static void take(struct ends *ends, uint32_t pid)
{
	const struct end *end = ends_first(ends);

	assert_non_null(end);
	assert_int_equal(end->pid, pid);
	assert_int_equal(end->position, 10 * (uint64_t)pid);
	ends_remove_first(ends);
}

static void keeps_their_order(void **state)
{
	struct ends ends = { 0 };
	uint32_t added = 0, taken = 0;

	assert_null(ends_first(&ends));
	/* The array moves up when its first entries are gone, otherwise it grows. */
	for (int turn = 1; turn < 60; turn++) {
		for (int i = 0; i < turn; i++)
			add(&ends, ++added, true);
		for (int i = 0; i < turn - 1; i++)
			take(&ends, ++taken);
		assert_int_equal(ends.count, added - taken);
	}
	while (taken < added)
		take(&ends, ++taken);
	assert_null(ends_first(&ends));
	ends_finish(&ends);
}

/* Room at the front is reused: the memory depends on how many ends wait, not on how many there were. */
static void takes_no_more_room_than_it_needs(void **state)
{
	struct ends ends = { 0 };
	uint32_t added = 0, taken = 0;

	for (int i = 0; i < 10; i++)
		add(&ends, ++added, true);
	for (int i = 0; i < 1000; i++) {
		add(&ends, ++added, true);
		take(&ends, ++taken);
	}
	assert_int_equal(ends.count, 10);
	assert_true(ends.size <= 16 * sizeof(struct end));
	ends_finish(&ends);
}

static void counts_those_that_were_no_targets(void **state)
{
	struct ends ends = { 0 };

	add(&ends, 1, true);
	add(&ends, 2, false);
	add(&ends, 3, false);
	assert_int_equal(ends.unknown, 2);
	take(&ends, 1);
	assert_int_equal(ends.unknown, 2);
	take(&ends, 2);
	assert_int_equal(ends.unknown, 1);
	take(&ends, 3);
	assert_int_equal(ends.unknown, 0);
	ends_finish(&ends);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_their_order),
		cmocka_unit_test(takes_no_more_room_than_it_needs),
		cmocka_unit_test(counts_those_that_were_no_targets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
