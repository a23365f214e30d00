/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <linux/types.h>

#include "contract.h"
#include "pending_hits.h"

static struct record_hit record_of(uint32_t pid, uint32_t target, uint32_t plan, uint64_t time)
{
	return (struct record_hit){
		.size = sizeof(struct record_hit),
		.kind = RECORD_HIT,
		.cookie = (uint64_t)pid << COOKIE_PROCESS_SHIFT |
			  (uint64_t)target << COOKIE_PLAN_BITS | plan,
		.time = time,
		.process = (uint64_t)pid << 32 | 7,
	};
}

static struct bytes bytes_of(const struct record_hit *record)
{
	return (struct bytes){ (const uint8_t *)record, sizeof(*record) };
}

static void keep(struct pending_hits *pending, uint32_t pid, uint64_t time)
{
	struct record_hit record = record_of(pid, 0, 3, time);

	assert_true(pending_hits_keep(pending, bytes_of(&record)));
}

/* Returns the times of a process's kept hits, in order, as one number with two digits for each. */
static uint64_t kept_times(struct pending_hits *pending, uint32_t pid, uint32_t programs_since)
{
	struct pending_hit hit;
	uint64_t times = 0;

	for (size_t at = 0; pending_hits_next(pending, &at, &hit);) {
		struct record_hit record;

		if (hit.pid != pid || hit.programs_since != programs_since)
			continue;
		assert_int_equal(hit.plan, 3);
		memcpy(&record, pending_hits_claim(pending, &hit, 99).data, sizeof(record));
		assert_int_equal(record.cookie >> COOKIE_PLAN_BITS & TRACED_TARGET_MASK, 99);
		assert_int_equal(record.cookie & ((1u << COOKIE_PLAN_BITS) - 1), 3);
		times = 100 * times + record.time;
	}
	return times;
}

static bool is_empty(const struct pending_hits *pending)
{
	struct pending_hit hit;
	size_t at = 0;

	return !pending_hits_next(pending, &at, &hit);
}

static void tells_them_apart(void **state)
{
	struct record_hit hit = record_of(1234, 0, 3, 1), target = record_of(1234, 5, 3, 1);
	struct pending_hit found = { .pid = 0 };

	assert_true(pending_hit_of(bytes_of(&hit), &found));
	assert_int_equal(found.pid, 1234);
	assert_int_equal(found.plan, 3);
	assert_false(pending_hit_of(bytes_of(&target), &found));
	hit.kind = RECORD_EXEC;
	assert_false(pending_hit_of(bytes_of(&hit), &found));
	assert_false(pending_hit_of((struct bytes){ (const uint8_t *)&hit, 39 }, &found));
}

/* The hits are returned in order, for one process only, and only once. */
static void hands_on(void **state)
{
	struct pending_hits *pending = pending_hits_create();

	keep(pending, 1, 10);
	keep(pending, 2, 20);
	keep(pending, 1, 11);
	assert_int_equal(kept_times(pending, 1, 0), 1011);
	assert_int_equal(kept_times(pending, 1, 0), 0);
	assert_int_equal(kept_times(pending, 4, 0), 0);
	assert_int_equal(kept_times(pending, 2, 0), 20);
	assert_true(is_empty(pending));
	pending_hits_destroy(pending);
}

/* Two processes have the same number, one after the other. */
static void tells_programs_apart(void **state)
{
	struct pending_hits *pending = pending_hits_create();

	keep(pending, 1, 10);
	keep(pending, 2, 20);
	keep(pending, 1, 11);
	pending_hits_end_program(pending, 1);
	keep(pending, 1, 12);
	pending_hits_end_program(pending, 1);
	keep(pending, 1, 13);
	keep(pending, 1, 14);
	assert_int_equal(kept_times(pending, 1, 1), 12);
	assert_int_equal(kept_times(pending, 1, 2), 1011);
	assert_int_equal(kept_times(pending, 1, 0), 1314);
	assert_int_equal(kept_times(pending, 2, 0), 20);
	assert_true(is_empty(pending));
	pending_hits_destroy(pending);
}

static void has_an_end(void **state)
{
	struct pending_hits *pending = pending_hits_create();
	struct record_hit record = record_of(1, 0, 3, 1);
	size_t kept = 0;

	while (pending_hits_keep(pending, bytes_of(&record)))
		kept++;
	assert_in_range(kept * sizeof(record), 1 << 20, 16 << 20);
	pending_hits_discard(pending);
	assert_true(is_empty(pending));
	assert_true(pending_hits_keep(pending, bytes_of(&record)));
	assert_false(is_empty(pending));
	pending_hits_destroy(pending);
	pending_hits_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_them_apart),
		cmocka_unit_test(hands_on),
		cmocka_unit_test(tells_programs_apart),
		cmocka_unit_test(has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
