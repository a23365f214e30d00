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
	struct binary_cache *cache;
	struct targets *targets;
	struct watcher *watcher;
	struct type_learner *type_learner;
	struct assembly *assembly;
	struct event_log *event_log;
	struct step *step;
	struct losses losses;
	struct notifier notifier;
	void (*line)(const char *text);
	bool has_work; /* the result of the last step */
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

/* Reports errors by subject only; the rest of their text is tested elsewhere. */
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

static void on_event(void *user, const struct event *event)
{
	struct run *run = user;

	event_log_event(run->event_log, event);
}

static uint64_t lost_ends(void *user)
{
	const struct run *run = user;

	return losses_lost_ends(&run->losses, kernel_fake());
}

static void open_parts(struct run *run, const struct discovery_rules *rules)
{
	const struct binary_cache_options cache = {
		.loop = &run->loop,
		.kernel = kernel_fake(),
		.inspection.notifier = &run->notifier,
		.notifier = &run->notifier,
	};
	struct targets_options targets = {
		.loop = &run->loop,
		.kernel = kernel_fake(),
		.clock = &run->clock,
		.notifier = &run->notifier,
		.ended = on_ended,
		.user = run,
	};
	struct assembly_callbacks assembly = { on_event, lost_ends, run };
	struct watcher_options watcher = {
		.loop = &run->loop,
		.kernel = kernel_fake(),
		.rules = *rules,
		.notifier = &run->notifier,
		.due = do_step,
		.user = run,
	};

	check(binary_cache_create(&cache, &run->cache, NULL) == 0, "binary_cache_create");
	targets.cache = watcher.cache = run->cache;
	check(targets_create(&targets, &run->targets, NULL) == 0, "targets_create");
	watcher.targets = run->targets;
	check(watcher_create(&watcher, &run->watcher, NULL) == 0, "watcher_create");
	check(type_learner_create(&(struct type_learner_options){ &run->loop, run->cache,
								  targets_set(run->targets) },
				  &run->type_learner, NULL) == 0,
	      "type_learner_create");
	check(assembly_create(targets_set(run->targets), &assembly, &run->assembly) == 0,
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
	parts.cache = run->cache;
	parts.targets = run->targets;
	parts.watcher = run->watcher;
	parts.assembly = run->assembly;
	parts.type_learner = run->type_learner;
	parts.event_log = run->event_log;
	parts.losses = &run->losses;
	parts.clock = &run->clock;
	parts.notifier = &run->notifier;
	check(step_create(&parts, &run->step, NULL) == 0, "step_create");
	return run;
}

void run_finish(struct run *run)
{
	binary_cache_detach_all(run->cache);
	targets_detach_all(run->targets);
	step_finish(run->step);
	assembly_close(run->assembly);
	watcher_destroy(run->watcher);
	type_learner_destroy(run->type_learner);
	targets_destroy(run->targets);
	binary_cache_destroy(run->cache);
	while (uv_run(&run->loop, UV_RUN_DEFAULT))
		;
	check(uv_loop_close(&run->loop) == 0, "handles were left open");
	assembly_destroy(run->assembly);
	step_destroy(run->step);
	free(run);
}

bool run_add_binary(struct run *run, const char *path)
{
	return watcher_add_binary(run->watcher, path, NULL) == 0;
}

bool run_add_process(struct run *run, uint32_t pid)
{
	struct target *target = NULL;
	int r = targets_add(run->targets, pid, &target, NULL);

	if (target)
		step_attached(run->step, target);
	return r == 0;
}

bool run_discover(struct run *run)
{
	if (watcher_start(run->watcher, NULL) < 0)
		return false;
	do_step(run);
	return true;
}

void run_loop(struct run *run)
{
	uv_run(&run->loop, UV_RUN_NOWAIT);
}

bool run_step(struct run *run)
{
	run_loop(run);
	do_step(run);
	return run->has_work;
}

struct binary_cache_counts run_count(const struct run *run)
{
	return binary_cache_count(run->cache);
}
