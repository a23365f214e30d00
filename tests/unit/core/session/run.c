/* SPDX-License-Identifier: MIT */
#include "run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "fakes.h"
#include "machine.h"
#include "step.h"

struct run {
	uv_loop_t loop;
	struct record_clock clock;
	struct roster *roster;
	struct lookout *lookout;
	struct assembly *assembly;
	struct event_log *event_log;
	struct step *step;
	struct losses losses;
	struct notifier notifier;
	void (*line)(const char *text);
	bool has_work; /* as the last step said */
};

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "run: %s\n", what);
	abort();
}

uint64_t record_clock_now(const struct record_clock *clock)
{
	return machine.time;
}

int64_t record_clock_wall_offset(const struct record_clock *clock)
{
	return 0;
}

/* Errors with their subject; what it says of them is held elsewhere. */
static void tell(void *user, enum notice_level level, const char *text)
{
	struct run *run = user;
	char line[256];

	if (level != NOTICE_ERROR)
		return;
	snprintf(line, sizeof(line), "error %.*s", (int)strcspn(text, ":"), text);
	run->line(line);
}

static void on_record(void *user, struct bytes record)
{
	struct run *run = user;

	step_record(run->step, record);
}

static void do_step(void *user)
{
	struct run *run = user;

	run->has_work = step_run(run->step);
}

static void on_ended(void *user, struct target *target)
{
	struct run *run = user;

	step_ended(run->step, target);
	do_step(run);
}

static void on_refused(void *user, const struct error *why)
{
}

static void on_event(void *user, const struct event *event)
{
	struct run *run = user;

	event_log_event(run->event_log, event);
}

static uint64_t lost_ends(void *user)
{
	return losses_lost_ends(kernel_fake());
}

static void open_parts(struct run *run, const struct discovery_rules *rules)
{
	const struct roster_options roster = {
		.loop = &run->loop,
		.kernel = kernel_fake(),
		.clock = &run->clock,
		.inspection.refused = on_refused,
		.notifier = &run->notifier,
		.ended = on_ended,
		.user = run,
	};
	struct assembly_callbacks assembly = { on_event, lost_ends, run };
	struct lookout_options lookout = {
		.loop = &run->loop,
		.kernel = kernel_fake(),
		.rules = *rules,
		.notifier = &run->notifier,
		.due = do_step,
		.user = run,
	};

	check(roster_create(&roster, &run->roster, NULL) == 0, "roster_create");
	lookout.roster = run->roster;
	check(lookout_create(&lookout, &run->lookout, NULL) == 0, "lookout_create");
	check(assembly_create(roster_targets(run->roster), &assembly, &run->assembly) == 0,
	      "assembly_create");
}

struct run *run_create(const struct discovery_rules *rules, void (*line)(const char *text))
{
	struct run *run = calloc(1, sizeof(*run));
	struct step_parts parts = { .kernel = kernel_fake() };

	check(run && uv_loop_init(&run->loop) == 0, "no loop");
	run->line = line;
	run->notifier = (struct notifier){ tell, run };
	run->event_log = event_log_fake(line);
	open_parts(run, rules);
	parts.ring = ring_fake(&(struct ring_callbacks){ on_record, do_step, run });
	parts.roster = run->roster;
	parts.lookout = run->lookout;
	parts.assembly = run->assembly;
	parts.event_log = run->event_log;
	parts.losses = &run->losses;
	parts.clock = &run->clock;
	parts.notifier = &run->notifier;
	check(step_create(&parts, &run->step, NULL) == 0, "step_create");
	return run;
}

void run_finish(struct run *run)
{
	roster_detach_all(run->roster);
	step_finish(run->step);
	assembly_close(run->assembly);
	lookout_destroy(run->lookout);
	roster_destroy(run->roster);
	while (uv_run(&run->loop, UV_RUN_DEFAULT))
		;
	check(uv_loop_close(&run->loop) == 0, "handles were left open");
	assembly_destroy(run->assembly);
	step_destroy(run->step);
	free(run);
}

bool run_add_binary(struct run *run, const char *path)
{
	return lookout_add_binary(run->lookout, path, NULL) == 0;
}

bool run_add_process(struct run *run, uint32_t pid)
{
	struct target *target = NULL;
	int r = roster_add(run->roster, pid, &target, NULL);

	if (target)
		step_attached(run->step, target);
	return r == 0;
}

bool run_discover(struct run *run)
{
	if (lookout_start(run->lookout, NULL) < 0)
		return false;
	do_step(run);
	return true;
}

bool run_step(struct run *run)
{
	uv_run(&run->loop, UV_RUN_NOWAIT);
	do_step(run);
	return run->has_work;
}

struct roster_counts run_count(const struct run *run)
{
	return roster_count(run->roster);
}
