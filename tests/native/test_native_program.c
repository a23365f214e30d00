/* SPDX-License-Identifier: MIT */
/* Tests which hits count, what is reported about processes, and what happens to records that find no room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <linux/bpf.h>

#include <cmocka.h>

#include "native_program.h"

enum {
	PROCESS = 1234,
	THREAD = 1240,
	TARGET = 77,
	FLAGS = 18,
	LISTEN = 10,
	ESTABLISHED = 1,
	NAMESPACE = 7,
};

static struct native_machine machine;

/* A plan with one cell: the first register. */
static struct plan plan = {
	.operation_count = 1,
	.cell_count = 1,
	.role = PLAN_ROLE_CALL,
	.operations = { { .code = PLAN_SCALAR, .size = 8 } },
};

static uint64_t cookie_of(uint64_t process, uint64_t target)
{
	return process << COOKIE_PROCESS_SHIFT | target << COOKIE_PLAN_BITS | 1;
}

static void start(struct native_options options)
{
	machine = (struct native_machine){ .process = PROCESS,
					   .thread = THREAD,
					   .namespace_process = 3,
					   .namespace_thread = 4,
					   .time = 99,
					   .plan = &plan };
	machine.registers[0] = 42;
	plan.skip_if_set = plan.skip_if_clear = 0;
	native_start(&machine, options);
}

static const struct record_hit *hit_of_last_record(void)
{
	return (const struct record_hit *)machine.record;
}

static const struct record_process *process_of_last_record(void)
{
	return (const struct record_process *)machine.record;
}

static void hit_with(uint64_t cookie)
{
	machine.cookie = cookie;
	machine.record_count = 0;
	native_hit(NATIVE_SHORT);
}

/* Returns the cookie in the record of this hit; 0 if there is no record. */
static uint64_t claimed(uint64_t cookie)
{
	hit_with(cookie);
	return machine.record_count ? hit_of_last_record()->cookie : 0;
}

/* ---- hits ---- */

static void a_hit_makes_a_record(void **state)
{
	const struct record_hit *hit = hit_of_last_record();

	start((struct native_options){ 0 });
	hit_with(cookie_of(PROCESS, TARGET));
	assert_int_equal(machine.record_count, 1);
	assert_int_equal(machine.record_size, sizeof(*hit) + 8);
	assert_int_equal(hit->size, machine.record_size);
	assert_int_equal(hit->kind, RECORD_HIT);
	assert_int_equal(hit->cell_count, 1);
	assert_int_equal(hit->time, 99);
	assert_int_equal(hit->process, (uint64_t)PROCESS << 32 | THREAD);
	assert_int_equal(hit->lost_calls, 0);
	assert_int_equal(hit->unreadable[0], 0);
	assert_int_equal(*(const uint64_t *)(hit + 1), 42);
}

static void a_hit_that_starts_the_function_again_is_skipped(void **state)
{
	start((struct native_options){ 0 });
	plan.skip_if_set = 1 << 6;
	hit_with(cookie_of(PROCESS, TARGET));
	assert_int_equal(machine.record_count, 1);
	machine.registers[FLAGS] = 1 << 6;
	hit_with(cookie_of(PROCESS, TARGET));
	assert_int_equal(machine.record_count, 0);
	plan.skip_if_set = 0;
	plan.skip_if_clear = 1 << 7;
	hit_with(cookie_of(PROCESS, TARGET));
	assert_int_equal(machine.record_count, 0);
	machine.registers[FLAGS] = 1 << 7;
	hit_with(cookie_of(PROCESS, TARGET));
	assert_int_equal(machine.record_count, 1);
}

static void a_hit_without_a_plan_is_skipped(void **state)
{
	start((struct native_options){ 0 });
	hit_with(cookie_of(PROCESS, TARGET) + 1);
	assert_int_equal(machine.record_count, 0);
}

/* The cookie of a record says which plan made it. A successor never replaces a short plan. */
static void a_successor_takes_the_place_of_a_plan(void **state)
{
	static const struct plan successor = {
		.operation_count = 2,
		.cell_count = 2,
		.role = PLAN_ROLE_CALL,
		.operations = { { .code = PLAN_SCALAR, .size = 8 },
				{ .code = PLAN_SCALAR, .size = 8 } },
	};
	const struct record_hit *hit = hit_of_last_record();
	const uint64_t cookies[] = { cookie_of(PROCESS, TARGET), cookie_of(0, 0) };

	start((struct native_options){ 0 });
	native_map_set(&machine.traced, PROCESS,
		       (uint64_t)PROCESS << TRACED_PROCESS_SHIFT | TRACED_BY_FILE | TARGET);
	for (size_t i = 0; i < 2; i++) {
		machine.cookie = cookies[i];
		machine.successor = NULL;
		native_hit(NATIVE_LONG);
		assert_int_equal(hit->cookie, cookie_of(PROCESS, TARGET));
		assert_int_equal(hit->cell_count, 1);
		machine.successor = &successor;
		native_hit(NATIVE_LONG);
		assert_int_equal(hit->cookie, cookie_of(PROCESS, TARGET) + 1);
		assert_int_equal(hit->cell_count, 2);
		native_hit(NATIVE_SHORT);
		assert_int_equal(hit->cookie, cookie_of(PROCESS, TARGET));
		assert_int_equal(hit->cell_count, 1);
	}
}

/* A forked child hits the breakpoints of its parent. */
static void the_probe_of_a_process_is_for_that_alone(void **state)
{
	start((struct native_options){ 0 });
	assert_int_equal(claimed(cookie_of(PROCESS, TARGET)), cookie_of(PROCESS, TARGET));
	assert_int_equal(claimed(cookie_of(PROCESS + 1, TARGET)), 0);
}

static uint64_t traced_entry_of(uint64_t process, uint32_t flags)
{
	return process << TRACED_PROCESS_SHIFT | TARGET | flags;
}

static void the_probe_of_a_file_is_for_those_that_are_traced_by_it(void **state)
{
	start((struct native_options){ .port = 80 });
	assert_int_equal(claimed(cookie_of(0, 0)), 0);
	native_map_set(&machine.traced, PROCESS, traced_entry_of(PROCESS, TRACED_BY_FILE));
	assert_int_equal(claimed(cookie_of(0, 0)), cookie_of(PROCESS, TARGET));
	/* A process with probes of its own reports its hits by those probes. */
	native_map_set(&machine.traced, PROCESS, traced_entry_of(PROCESS, 0));
	assert_int_equal(claimed(cookie_of(0, 0)), 0);
	/* Meanwhile the entry was given to another process. */
	native_map_set(&machine.traced, PROCESS, traced_entry_of(PROCESS + 1, TRACED_BY_FILE));
	assert_int_equal(claimed(cookie_of(0, 0)), 0);
}

static void new_processes_are_reported_without_a_target(void **state)
{
	start((struct native_options){ .port = 80 });
	native_map_set(&machine.newcomers, PROCESS, 1);
	assert_int_equal(claimed(cookie_of(0, 0)), cookie_of(PROCESS, 0));
	start((struct native_options){ .port = 80 });
	native_map_set(&machine.listeners, PROCESS, 1);
	assert_int_equal(claimed(cookie_of(0, 0)), cookie_of(PROCESS, 0));
	/* No port was asked for. */
	start((struct native_options){ 0 });
	native_map_set(&machine.listeners, PROCESS, 1);
	assert_int_equal(claimed(cookie_of(0, 0)), 0);
}

/* A dismissal does not hold for what the process began later, which has another time. */
static void processes_are_dismissed_for_what_was_inspected(void **state)
{
	start((struct native_options){ .port = 80 });
	native_map_set(&machine.newcomers, PROCESS, 7);
	native_map_set(&machine.dismissed_newcomers, PROCESS, 7);
	assert_int_equal(claimed(cookie_of(0, 0)), 0);
	native_map_set(&machine.listeners, PROCESS, 8);
	assert_int_equal(claimed(cookie_of(0, 0)), cookie_of(PROCESS, 0));
	native_map_set(&machine.dismissed_listeners, PROCESS, 8);
	assert_int_equal(claimed(cookie_of(0, 0)), 0);
	native_map_set(&machine.newcomers, PROCESS, 9);
	assert_int_equal(claimed(cookie_of(0, 0)), cookie_of(PROCESS, 0));
}

static void processes_have_the_numbers_of_the_namespace(void **state)
{
	start((struct native_options){ .pid_namespace = NAMESPACE });
	assert_int_equal(claimed(cookie_of(3, TARGET)), cookie_of(3, TARGET));
	assert_int_equal(hit_of_last_record()->process, UINT64_C(3) << 32 | 4);
	assert_int_equal(claimed(cookie_of(PROCESS, TARGET)), 0);
	/* A process outside of the namespace has no number in it. */
	machine.namespace_process = machine.namespace_thread = 0;
	native_map_set(&machine.newcomers, 0, 1);
	assert_int_equal(claimed(cookie_of(0, 0)), 0);
}

/* ---- records that find no room ---- */

static void a_full_ring_is_counted(void **state)
{
	start((struct native_options){ 0 });
	machine.ring_is_full = true;
	hit_with(cookie_of(PROCESS, TARGET));
	hit_with(cookie_of(PROCESS, TARGET));
	assert_int_equal(native_lost(PLAN_ROLE_CALL), 2);
	assert_int_equal(native_lost(PLAN_ROLE_START), 0);
	machine.ring_is_full = false;
	hit_with(cookie_of(PROCESS, TARGET));
	assert_int_equal(hit_of_last_record()->lost_calls, 2);
}

/* First the slots of the processor are claimed, then the spare slots for all processors. */
static void hits_without_a_slot_are_counted(void **state)
{
	start((struct native_options){ 0 });
	native_take_scratches(SCRATCH_SLOTS + SCRATCH_SPARE_SLOTS - 1);
	hit_with(cookie_of(PROCESS, TARGET));
	assert_int_equal(machine.record_count, 1);
	native_take_scratches(1);
	hit_with(cookie_of(PROCESS, TARGET));
	assert_int_equal(machine.record_count, 0);
	assert_int_equal(native_lost(PLAN_ROLE_CALL), 1);
	native_give_scratches();
	hit_with(cookie_of(PROCESS, TARGET));
	assert_int_equal(machine.record_count, 1);
}

static void a_reader_that_sleeps_is_woken_once(void **state)
{
	start((struct native_options){ 0 });
	hit_with(cookie_of(PROCESS, TARGET));
	assert_int_equal(machine.record_flags, BPF_RB_NO_WAKEUP);
	assert_int_equal(machine.nudge_count, 0);
	native_reader_sleeps();
	hit_with(cookie_of(PROCESS, TARGET));
	assert_int_equal(machine.nudge_count, 1);
	assert_false(native_reader_is_asleep());
	hit_with(cookie_of(PROCESS, TARGET));
	assert_int_equal(machine.nudge_count, 1);
}

/* The next record tries to wake the reader again. */
static void a_reader_that_could_not_be_woken_is_still_asleep(void **state)
{
	start((struct native_options){ 0 });
	native_reader_sleeps();
	machine.ring_is_full = true;
	hit_with(cookie_of(PROCESS, TARGET));
	assert_int_equal(machine.nudge_count, 0);
	assert_true(native_reader_is_asleep());
}

/* ---- processes ---- */

static void programs_that_are_executed_are_reported(void **state)
{
	start((struct native_options){ .watch_all = true });
	native_map_set(&machine.traced, PROCESS, traced_entry_of(PROCESS, 0));
	native_map_set(&machine.listeners, PROCESS, 1);
	native_exec();
	assert_int_equal(machine.record_size, sizeof(struct record_process));
	assert_int_equal(process_of_last_record()->kind, RECORD_EXEC);
	assert_int_equal(process_of_last_record()->pid, PROCESS);
	/* The process now runs another program, which user space has not looked at. */
	assert_false(native_map_has(&machine.traced, PROCESS));
	assert_false(native_map_has(&machine.listeners, PROCESS));
	assert_true(native_map_has(&machine.newcomers, PROCESS));
}

static void only_targets_are_reported_where_no_others_are_asked_for(void **state)
{
	start((struct native_options){ 0 });
	native_exec();
	assert_int_equal(machine.record_count, 0);
	native_map_set(&machine.traced, PROCESS, traced_entry_of(PROCESS, 0));
	native_exec();
	assert_int_equal(machine.record_count, 1);
	assert_false(native_map_has(&machine.newcomers, PROCESS));
}

static void listens_on_a_port_that_is_asked_for_are_reported(void **state)
{
	start((struct native_options){ .port = 8080 });
	native_listen(8081, LISTEN);
	native_listen(8080, ESTABLISHED);
	assert_int_equal(machine.record_count, 0);
	assert_false(native_map_has(&machine.listeners, PROCESS));
	native_listen(8080, LISTEN);
	assert_int_equal(machine.record_count, 1);
	assert_int_equal(process_of_last_record()->kind, RECORD_LISTEN);
	assert_int_equal(process_of_last_record()->port, 8080);
	assert_int_equal(process_of_last_record()->pid, PROCESS);
	assert_true(native_map_has(&machine.listeners, PROCESS));
}

static void lost_reports_of_processes_are_counted(void **state)
{
	start((struct native_options){ .watch_all = true });
	machine.ring_is_full = true;
	native_exec();
	assert_int_equal(native_lost_processes(), 1);
	assert_true(native_map_has(&machine.newcomers, PROCESS));
}

static int stop(void **state)
{
	native_stop();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hit_makes_a_record),
		cmocka_unit_test(a_hit_that_starts_the_function_again_is_skipped),
		cmocka_unit_test(a_hit_without_a_plan_is_skipped),
		cmocka_unit_test(a_successor_takes_the_place_of_a_plan),
		cmocka_unit_test(the_probe_of_a_process_is_for_that_alone),
		cmocka_unit_test(the_probe_of_a_file_is_for_those_that_are_traced_by_it),
		cmocka_unit_test(new_processes_are_reported_without_a_target),
		cmocka_unit_test(processes_are_dismissed_for_what_was_inspected),
		cmocka_unit_test(processes_have_the_numbers_of_the_namespace),
		cmocka_unit_test(a_full_ring_is_counted),
		cmocka_unit_test(hits_without_a_slot_are_counted),
		cmocka_unit_test(a_reader_that_sleeps_is_woken_once),
		cmocka_unit_test(a_reader_that_could_not_be_woken_is_still_asleep),
		cmocka_unit_test(programs_that_are_executed_are_reported),
		cmocka_unit_test(only_targets_are_reported_where_no_others_are_asked_for),
		cmocka_unit_test(listens_on_a_port_that_is_asked_for_are_reported),
		cmocka_unit_test(lost_reports_of_processes_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, stop);
}
