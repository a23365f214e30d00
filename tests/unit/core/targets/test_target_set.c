/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "target_set.h"

/* Replaces a traced process: the set uses no other fields. */
struct target {
	uint32_t id;
	struct process_identity identity;
	bool is_withdrawn;
};

uint32_t target_id(const struct target *target)
{
	return target->id;
}

const struct process_identity *target_identity(const struct target *target)
{
	return &target->identity;
}

bool target_is_withdrawn(const struct target *target)
{
	return target->is_withdrawn;
}

enum { COUNT = 100 };

static void fill(struct target_set *set, struct target *targets)
{
	for (uint32_t i = 0; i < COUNT; i++) {
		targets[i] = (struct target){
			.id = target_set_next_id(set),
			.identity = { .pid = 5000 - i },
		};
		/* An id that is taken but not used leaves a gap. */
		target_set_next_id(set);
		assert_int_equal(target_set_add(set, &targets[i]), 0);
	}
}

static void finds_targets(void **state)
{
	struct target targets[COUNT];
	struct target_set set = { 0 };

	assert_null(target_set_find(&set, 0));
	assert_null(target_set_find(&set, 1));
	assert_null(target_set_find_pid(&set, 1));
	fill(&set, targets);
	assert_int_equal(set.count, COUNT);
	for (uint32_t i = 0; i < COUNT; i++) {
		assert_ptr_equal(target_set_find(&set, targets[i].id), &targets[i]);
		assert_null(target_set_find(&set, targets[i].id + 1));
		assert_ptr_equal(target_set_find_pid(&set, 5000 - i), &targets[i]);
	}
	assert_null(target_set_find(&set, 0));
	assert_null(target_set_find(&set, UINT32_MAX));
	assert_null(target_set_find_pid(&set, 5001));
	target_set_finish(&set);
	assert_int_equal(set.count, 0);
	assert_null(set.targets);
}

static void removes_targets(void **state)
{
	struct target targets[COUNT], stranger = { .id = 4 };
	struct target_set set = { 0 };

	fill(&set, targets);
	/* A target that is not in the set is ignored, whatever its id. */
	target_set_remove(&set, &stranger);
	stranger.id = targets[0].id;
	target_set_remove(&set, &stranger);
	stranger.id = UINT32_MAX;
	target_set_remove(&set, &stranger);
	assert_int_equal(set.count, COUNT);
	for (uint32_t i = 0; i < COUNT; i += 3)
		target_set_remove(&set, &targets[i]);
	for (uint32_t i = 0; i < COUNT; i++)
		assert_ptr_equal(target_set_find(&set, targets[i].id),
				 i % 3 == 0 ? NULL : &targets[i]);
	for (uint32_t i = 0; i < COUNT; i++)
		target_set_remove(&set, &targets[i]);
	assert_int_equal(set.count, 0);
	/* No id is used twice. */
	assert_int_equal(target_set_next_id(&set), 2 * COUNT + 1);
	target_set_finish(&set);
}

/* A process that executed another program, or has the number of a process that ended. */
static void prefers_who_is_there(void **state)
{
	struct target ended = { .id = 1, .identity = { .pid = 7 }, .is_withdrawn = true };
	struct target running = { .id = 2, .identity = { .pid = 7 } };
	struct target_set set = { 0 };

	assert_int_equal(target_set_add(&set, &ended), 0);
	assert_ptr_equal(target_set_find_pid(&set, 7), &ended);
	assert_int_equal(target_set_add(&set, &running), 0);
	assert_ptr_equal(target_set_find_pid(&set, 7), &running);
	target_set_finish(&set);
}

/* There are as many ids as fit into a cookie. */
static void starts_over(void **state)
{
	struct target old = { .id = 1, .identity = { .pid = 1 } };
	struct target last = { .id = (1 << 24) - 1, .identity = { .pid = 2 } };
	struct target_set set = { .last_id = (1 << 24) - 2 };
	struct target next = { .identity = { .pid = 3 } };

	assert_int_equal(target_set_add(&set, &old), 0);
	assert_int_equal(target_set_next_id(&set), last.id);
	assert_int_equal(target_set_add(&set, &last), 0);
	next.id = target_set_next_id(&set);
	assert_int_equal(next.id, 2);
	assert_int_equal(target_set_add(&set, &next), 0);
	assert_ptr_equal(target_set_find(&set, 1), &old);
	assert_ptr_equal(target_set_find(&set, 2), &next);
	assert_ptr_equal(target_set_find(&set, last.id), &last);
	target_set_finish(&set);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_targets),
		cmocka_unit_test(removes_targets),
		cmocka_unit_test(prefers_who_is_there),
		cmocka_unit_test(starts_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
