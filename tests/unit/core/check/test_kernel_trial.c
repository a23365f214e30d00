/* SPDX-License-Identifier: MIT */
/* Tests what `gohttpsnoop check` tries in a kernel. This test replaces the kernel side. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "kernel_report.h"
#include "kernel_trial.h"
#include "kernel_verdict.h"

/* ---- the kernel side ---- */

static struct {
	/* What the kernel refuses. */
	enum kernel_attachment
		way; /* the way that cannot be opened, with long plans or also short ones; BEST: none */
	bool also_short;
	bool attach_refused, watch_refused, port_refused;
	/* What the kernel side was asked for. */
	struct kernel_options options; /* the options of the last call */
	unsigned opened, closed, attached, detached;
	bool attached_long[KERNEL_WAYS];
	enum obstacle obstacle;
} stage;

static int refuse(enum obstacle obstacle, struct error *err)
{
	stage.obstacle = obstacle;
	return error_fail(err, -EINVAL, "%s", obstacle_name(obstacle));
}

int kernel_open(const struct kernel_options *options, struct kernel **ret_kernel,
		struct kernel_failure *ret_failure, struct error *err)
{
	stage.options = *options;
	if ((options->attachment == stage.way && stage.way != KERNEL_ATTACHMENT_BEST &&
	     (options->long_plans || stage.also_short)) ||
	    (options->port_count && stage.port_refused)) {
		*ret_failure = (struct kernel_failure){ OBSTACLE_NO_LOOPS, "one\n\ntwo" };
		return refuse(OBSTACLE_NO_LOOPS, err);
	}
	stage.opened++;
	*ret_kernel = (struct kernel *)&stage;
	return 0;
}

void kernel_close(struct kernel *kernel)
{
	stage.closed += kernel != NULL;
}

int kernel_attach(struct kernel *kernel, const char *path, uint32_t pid, uint32_t target,
		  const struct attach_point *points, size_t count,
		  struct attachment **ret_attachment, struct error *err)
{
	assert_string_equal(path, "/proc/self/exe");
	assert_int_equal(pid, getpid());
	assert_int_equal(count, 1);
	/* The point is in the code of this program. */
	assert_true(points->file_offset > 0);
	if (stage.attach_refused)
		return refuse(OBSTACLE_ADMIN, err);
	stage.attached_long[stage.options.attachment - KERNEL_ATTACHMENT_MULTI] = points->is_long;
	stage.attached++;
	*ret_attachment = (struct attachment *)&stage;
	return 0;
}

void attachment_detach(struct attachment *attachment)
{
	stage.detached++;
}

int kernel_watch(struct kernel *kernel, struct error *err)
{
	return stage.watch_refused ? refuse(OBSTACLE_MEMORY, err) : 0;
}

enum obstacle kernel_obstacle(const struct kernel *kernel)
{
	return stage.obstacle;
}

/* ---- trials ---- */

static struct kernel_trial run(void)
{
	const struct kernel_trial_options options = { .max_string = 256, .ring_size = 4096 };
	struct kernel_trial trial;

	stage.opened = stage.closed = stage.attached = stage.detached = 0;
	kernel_trial_run(&options, &trial);
	/* Everything was closed and detached again. */
	assert_int_equal(stage.opened, stage.closed);
	assert_int_equal(stage.attached, stage.detached);
	return trial;
}

static int set_up(void **state)
{
	memset(&stage, 0, sizeof(stage));
	return 0;
}

static void assert_obstacle(const struct kernel_outcome *outcome, enum obstacle obstacle)
{
	assert_int_equal(outcome->failure.obstacle, obstacle);
	assert_string_equal(outcome->why.what, obstacle ? obstacle_name(obstacle) : "");
}

static void each_way_is_tried_with_what_takes_all_plans(void **state)
{
	struct kernel_trial trial = run();

	for (int i = 0; i < KERNEL_WAYS; i++) {
		assert_obstacle(&trial.short_plans[i], OBSTACLE_NONE);
		assert_obstacle(&trial.long_plans[i], OBSTACLE_NONE);
		assert_true(stage.attached_long[i]);
	}
	assert_int_equal(stage.attached, KERNEL_WAYS);
	assert_int_equal(stage.opened, KERNEL_WAYS + 2);
	assert_obstacle(&trial.execs, OBSTACLE_NONE);
	assert_obstacle(&trial.listens, OBSTACLE_NONE);
	assert_true(stage.options.watch_all);
	assert_int_equal(stage.options.max_string, 256);
	assert_int_equal(stage.options.ring_size, 4096);
	assert_ptr_equal(kernel_trial_best(trial.short_plans), &trial.short_plans[0]);
}

static void short_plans_are_tried_alone_where_long_ones_fail(void **state)
{
	struct kernel_trial trial;

	stage.way = KERNEL_ATTACHMENT_SINGLE;
	trial = run();
	assert_obstacle(&trial.long_plans[2], OBSTACLE_NO_LOOPS);
	assert_obstacle(&trial.short_plans[2], OBSTACLE_NONE);
	assert_false(stage.attached_long[2]);
	assert_int_equal(stage.attached, KERNEL_WAYS);
	stage.also_short = true;
	trial = run();
	assert_obstacle(&trial.short_plans[2], OBSTACLE_NO_LOOPS);
	assert_int_equal(stage.attached, KERNEL_WAYS - 1);
}

static void what_cannot_be_attached_is_an_obstacle_of_both(void **state)
{
	struct kernel_trial trial;

	stage.attach_refused = true;
	trial = run();
	for (int i = 0; i < KERNEL_WAYS; i++) {
		assert_obstacle(&trial.short_plans[i], OBSTACLE_ADMIN);
		assert_obstacle(&trial.long_plans[i], OBSTACLE_ADMIN);
	}
}

static void watching_for_processes_is_tried_apart_from_ports(void **state)
{
	struct kernel_trial trial;

	stage.port_refused = true;
	trial = run();
	assert_obstacle(&trial.execs, OBSTACLE_NONE);
	assert_obstacle(&trial.listens, OBSTACLE_NO_LOOPS);
	stage.port_refused = false;
	stage.watch_refused = true;
	trial = run();
	assert_obstacle(&trial.execs, OBSTACLE_MEMORY);
	assert_obstacle(&trial.listens, OBSTACLE_MEMORY);
}

static void the_best_outcome_says_most(void **state)
{
	struct kernel_outcome outcomes[KERNEL_WAYS] = {
		{ .failure.obstacle = OBSTACLE_NO_MULTI_LINKS },
		{ .failure.obstacle = OBSTACLE_NO_SLEEPABLE },
		{ .failure.obstacle = OBSTACLE_ADMIN },
	};

	assert_ptr_equal(kernel_trial_best(outcomes), &outcomes[2]);
	outcomes[1].failure.obstacle = OBSTACLE_MEMORY;
	assert_ptr_equal(kernel_trial_best(outcomes), &outcomes[1]);
	outcomes[2].failure.obstacle = OBSTACLE_NONE;
	assert_ptr_equal(kernel_trial_best(outcomes), &outcomes[2]);
}

/* ---- reports ---- */

static void assert_report(struct report *report, const char *wanted)
{
	struct bytes text;

	assert_int_equal(report_finish(report, &text), 0);
	if (text.size != strlen(wanted) || memcmp(text.data, wanted, text.size) != 0)
		fail_msg("%.*s", (int)text.size, text.data);
	report_destroy(report);
}

static void each_way_is_reported_with_what_fails(void **state)
{
	struct kernel_features features = { .perf_needs_admin = ANSWER_NO };
	struct kernel_trial trial;
	struct report *report;

	stage.way = KERNEL_ATTACHMENT_SINGLE;
	trial = run();
	trial.short_plans[1].failure.obstacle = OBSTACLE_ADMIN;
	trial.long_plans[1].failure.obstacle = OBSTACLE_MEMORY;
	assert_int_equal(report_create(true, &report), 0);
	kernel_report_ways(report, &features, &trial);
	assert_report(
		report,
		"{\"attach\":{"
		"\"uprobe_multi\":{\"works\":true,\"functions\":true},"
		"\"perf_event\":{\"works\":false,\"functions\":false,\"sys_admin\":false,"
		"\"reason\":\"sys_admin\",\"why\":\"\"},"
		"\"perf_event_atomic\":{\"works\":true,\"functions\":false,\"sys_admin\":false,"
		"\"reason\":\"no_loops\",\"why\":\"no_loops\",\"verifier\":[\"one\",\"\",\"two\"]}"
		"}}\n");
}

static void facts_are_reported_or_null(void **state)
{
	struct kernel_features features = { .types = ANSWER_YES, .jit = ANSWER_NO };
	struct kernel_facts facts = {
		.release = "6.1",
		.version = "#1",
		.machine = "x86_64",
		.preemption = PREEMPTION_FULL,
		.lockdown = LOCKDOWN_NONE,
		.in_pid_namespace = true,
	};
	struct report *report;
	struct bytes text;

	assert_int_equal(report_create(true, &report), 0);
	kernel_report_facts(report, &facts, &features);
	assert_report(report,
		      "{\"kernel\":\"6.1\",\"build\":\"#1\",\"architecture\":\"x86_64\","
		      "\"preemption\":\"full\",\"btf\":true,\"jit\":false,\"lockdown\":\"none\","
		      "\"lsm\":null,\"seccomp\":false,\"user_ns\":\"initial\",\"pid_ns\":\"other\","
		      "\"capabilities\":{\"CAP_BPF\":false,\"CAP_PERFMON\":false,"
		      "\"CAP_SYS_ADMIN\":false,\"CAP_SYS_PTRACE\":false,"
		      "\"CAP_DAC_READ_SEARCH\":false,\"CAP_LEASE\":false}}\n");
	strcpy(facts.security_modules, "lockdown,apparmor");
	features.types = ANSWER_UNKNOWN;
	assert_int_equal(report_create(true, &report), 0);
	kernel_report_facts(report, &facts, &features);
	assert_int_equal(report_finish(report, &text), 0);
	assert_non_null(memmem(text.data, text.size, "\"lsm\":\"lockdown,apparmor\"", 25));
	assert_non_null(memmem(text.data, text.size, "\"btf\":null", 10));
	report_destroy(report);
}

/* Advice about --attach appears only if --attach was given. */
static void advice_is_reported_with_its_problem(void **state)
{
	struct kernel_verdict verdict = { 0 };
	struct report *report;

	for (int i = 0; i < TOOL_FEATURE_COUNT; i++)
		verdict.features[i].works = i > 1;
	verdict.features[0].obstacle = OBSTACLE_MEMORY;
	error_fail(&verdict.features[0].why, -1, "first");
	error_hint(&verdict.features[0].why, "do something");
	verdict.features[1].obstacle = OBSTACLE_NO_SLEEPABLE;
	error_fail(&verdict.features[1].why, -1, "second");
	error_hint(&verdict.features[1].why, "omit --attach");
	assert_int_equal(report_create(true, &report), 0);
	kernel_report_verdict(report, &verdict);
	assert_report(report,
		      "{\"features\":{\"requests\":false,\"functions\":false,\"latency\":true,"
		      "\"captures\":true,\"absent_pages\":true,\"new_processes\":true,"
		      "\"port\":true,\"other_users\":true,\"unreadable\":true,"
		      "\"leases\":true},"
		      "\"problems\":[{\"reason\":\"memory\",\"why\":\"first\","
		      "\"advice\":\"do something\",\"concerns\":[\"requests\"]},"
		      "{\"reason\":\"no_sleepable_uprobes\",\"why\":\"second\","
		      "\"concerns\":[\"functions\"]}],\"verdict\":\"nothing\"}\n");
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_way_is_tried_with_what_takes_all_plans),
		TEST(short_plans_are_tried_alone_where_long_ones_fail),
		TEST(what_cannot_be_attached_is_an_obstacle_of_both),
		TEST(watching_for_processes_is_tried_apart_from_ports),
		TEST(the_best_outcome_says_most),
		TEST(each_way_is_reported_with_what_fails),
		TEST(facts_are_reported_or_null),
		TEST(advice_is_reported_with_its_problem),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
