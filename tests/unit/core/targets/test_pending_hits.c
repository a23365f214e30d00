/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

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

struct taken {
	uint64_t times[8];
	size_t count;
};

static void take(void *user, struct bytes record)
{
	const struct record_hit *hit = (const void *)record.data;
	struct taken *taken = user;

	assert_int_equal(hit->cookie >> COOKIE_PLAN_BITS & TRACED_TARGET_MASK, 99);
	taken->times[taken->count++] = hit->time;
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

/* In order, of one process only, and once. */
static void hands_on(void **state)
{
	struct pending_hits *pending = pending_hits_create();
	struct taken taken = { .count = 0 };

	keep(pending, 1, 10);
	keep(pending, 2, 20);
	keep(pending, 1, 11);
	assert_int_equal(pending_hits_plan(pending, 1), 3);
	assert_true(pending_hits_plan(pending, 4) < 0);
	pending_hits_replay(pending, 1, 99, take, &taken);
	pending_hits_replay(pending, 1, 99, take, &taken);
	assert_int_equal(taken.count, 2);
	assert_int_equal(taken.times[0], 10);
	assert_int_equal(taken.times[1], 11);
	assert_true(pending_hits_plan(pending, 1) < 0);
	pending_hits_replay(pending, 2, 99, take, &taken);
	assert_int_equal(taken.count, 3);
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
	assert_true(pending_hits_plan(pending, 1) < 0);
	assert_true(pending_hits_keep(pending, bytes_of(&record)));
	pending_hits_destroy(pending);
	pending_hits_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_them_apart),
		cmocka_unit_test(hands_on),
		cmocka_unit_test(has_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
