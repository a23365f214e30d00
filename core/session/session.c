/* SPDX-License-Identifier: MIT */
#include "session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "assembly.h"
#include "binary_cache.h"
#include "clock.h"
#include "event_log.h"
#include "file_limit.h"
#include "kernel.h"
#include "kernel_setup.h"
#include "losses.h"
#include "open_list.h"
#include "part_options.h"
#include "privilege.h"
#include "process.h"
#include "random.h"
#include "record_clock.h"
#include "ring.h"
#include "signals.h"
#include "step.h"
#include "targets.h"
#include "terminal_input.h"
#include "type_learner.h"
#include "watcher.h"

struct session {
	struct session_options options;
	uv_loop_t loop;
	bool loop_open;
	struct signals *signals;
	uv_timer_t deadline, interval;
	struct terminal_input *input; /* or NULL */
	struct record_clock clock;
	struct kernel *kernel;
	struct ring *ring;
	struct assembly *assembly;
	struct binary_cache *cache;
	struct targets *targets;
	struct watcher *watcher;
	struct type_learner *type_learner;
	struct step *step;
	struct event_log *event_log;
	struct losses losses;
	bool stopping, interrupted;
};

static void session_stop_all(struct session *session)
{
	session->stopping = true;
	uv_stop(&session->loop);
}

static void on_full(void *user)
{
	session_stop_all(user);
}

static void on_event(void *user, const struct event *event)
{
	struct session *session = user;

	event_log_event(session->event_log, event);
}

static void on_record(void *user, struct bytes record)
{
	struct session *session = user;

	step_record(session->step, record);
}

static void run_step(struct session *session)
{
	if (!step_run(session->step))
		session_stop_all(session);
}

static void on_due(void *user)
{
	run_step(user);
}

static void on_ended(void *user, struct target *target)
{
	struct session *session = user;

	step_ended(session->step, target);
	run_step(session);
}

int session_add_process(struct session *session, uint32_t pid, struct error *err)
{
	uint32_t process = process_of_thread(pid);
	struct target *target = NULL;
	int r;

	if (process != pid)
		notice(&session->options.notifier, NOTICE_INFO,
		       "%u is a thread of process %u, which is traced as a whole", pid, process);
	r = targets_add(session->targets, process, &target, err);
	file_limit_hint(err);
	if (target)
		step_attached(session->step, target);
	return r;
}

int session_add_binary(struct session *session, const char *path, struct error *err)
{
	int r = watcher_add_binary(session->watcher, path, err);

	file_limit_hint(err);
	return r;
}

int session_discover(struct session *session, struct error *err)
{
	int r = watcher_start(session->watcher, err);

	if (r < 0 || !watcher_is_open(session->watcher))
		return r;
	run_step(session);
	notice(&session->options.notifier, NOTICE_DEBUG, "watching for new processes");
	if (targets_set(session->targets)->count == 0)
		notice(&session->options.notifier, NOTICE_INFO,
		       "no matching process%s yet: waiting for one to start",
		       session->options.spec->function_count ? " has such a function" : "");
	return r;
}

static void on_signal(void *user)
{
	struct session *session = user;

	session->interrupted = true;
	session_stop_all(session);
}

/* The user requested it with a signal, so it is shown even with --quiet. */
static void on_count(void *user)
{
	struct session *session = user;
	struct binary_cache_counts cache = binary_cache_count(session->cache);
	struct sink_counts readers = event_log_readers(session->event_log);
	struct event_log_counts counts = event_log_count(session->event_log);

	notice(&session->options.notifier, NOTICE_ERROR,
	       "targets %zu, probes %zu, files with probes %zu, binaries known %zu, inspections %zu, "
	       "open requests %u, events %llu, lost %llu, readers %zu, lost by readers %llu",
	       targets_set(session->targets)->count,
	       cache.probes + targets_count_probes(session->targets), cache.probed_files,
	       cache.binaries, cache.inspections, assembly_open_requests(session->assembly),
	       (unsigned long long)counts.events, (unsigned long long)counts.lost, readers.readers,
	       (unsigned long long)readers.lost);
	open_list_tell(session->assembly, clock_now(), &session->options.notifier);
}

static void on_deadline(uv_timer_t *timer)
{
	session_stop_all(timer->data);
}

static struct session_summary summary_so_far(const struct session *session)
{
	struct event_log_counts counts = event_log_count(session->event_log);

	return (struct session_summary){
		.events = counts.events,
		.filtered = counts.filtered + kernel_filtered(session->kernel),
		.has_filter = filter_is_wanted(&session->options.filter),
		.lost = counts.lost,
		.targets = counts.targets,
		.interrupted = session->interrupted,
	};
}

static void on_interval(uv_timer_t *timer)
{
	struct session *session = timer->data;

	struct session_summary so_far = summary_so_far(session);

	if (!session->options.view.tick)
		event_log_summarize(session->event_log);
	else if (!session->options.view.tick(session->options.view.user, &so_far))
		session_stop_all(session);
}

static void on_input(void *user, bool is_gone)
{
	struct session *session = user;

	if (is_gone || !session->options.view.read_input(session->options.view.user))
		session_stop_all(session);
}

static int open_loop(struct session *session, struct error *err)
{
	struct signals_callbacks callbacks = { on_signal, on_count, session };
	int r = uv_loop_init(&session->loop);

	if (r < 0)
		return error_fail(err, r, "the event loop cannot be set up: %s", strerror(-r));
	session->loop_open = true;
	uv_timer_init(&session->loop, &session->deadline);
	session->deadline.data = session;
	uv_timer_init(&session->loop, &session->interval);
	session->interval.data = session;
	/* From the first target on, a signal ends the session in an orderly way, with the summary. */
	return signals_open(&session->loop, session->options.output_file, &callbacks,
			    &session->signals, err);
}

static int open_kernel(struct session *session, struct error *err)
{
	const struct kernel_options wanted = kernel_options_of(&session->options);

	return kernel_setup(&wanted, &session->options.notifier, &session->kernel, err);
}

static int open_ring(struct session *session, struct error *err)
{
	struct ring_callbacks callbacks = { on_record, on_due, session };

	return ring_open(&session->loop, kernel_ring(session->kernel),
			 kernel_reader_asleep(session->kernel), &callbacks, &session->ring, err);
}

static int open_cache(struct session *session, struct error *err)
{
	struct binary_cache_options options = {
		.loop = &session->loop,
		.kernel = session->kernel,
		.inspection = {
			.spec = session->options.spec,
			.types = session->options.types,
			.notifier = &session->options.notifier,
		},
		.notifier = &session->options.notifier,
	};

	return binary_cache_create(&options, &session->cache, err);
}

static int open_targets(struct session *session, struct error *err)
{
	struct targets_options options = {
		.loop = &session->loop,
		.kernel = session->kernel,
		.clock = &session->clock,
		.cache = session->cache,
		.notifier = &session->options.notifier,
		.ended = on_ended,
		.user = session,
	};

	return targets_create(&options, &session->targets, err);
}

static int open_watcher(struct session *session, struct error *err)
{
	struct watcher_options options = {
		.loop = &session->loop,
		.kernel = session->kernel,
		.cache = session->cache,
		.targets = session->targets,
		.rules = watch_rules_of(&session->options),
		.notifier = &session->options.notifier,
		.due = on_due,
		.user = session,
	};

	return watcher_create(&options, &session->watcher, err);
}

static int open_type_learner(struct session *session, struct error *err)
{
	struct type_learner_options options = {
		.loop = &session->loop,
		.cache = session->cache,
		.targets = targets_set(session->targets),
	};

	return type_learner_create(&options, &session->type_learner, err);
}

static uint64_t lost_ends(void *user)
{
	struct session *session = user;

	return losses_lost_ends(&session->losses, session->kernel);
}

static int open_assembly(struct session *session, struct error *err)
{
	struct assembly_callbacks callbacks = { on_event, lost_ends, session };
	int r = assembly_create(targets_set(session->targets), &callbacks, &session->assembly);

	if (r < 0)
		return error_fail(err, r, "out of memory");
	assembly_set_seed(session->assembly, random_number());
	return 0;
}

static int open_step(struct session *session, struct error *err)
{
	struct step_parts parts = {
		.kernel = session->kernel,
		.ring = session->ring,
		.cache = session->cache,
		.targets = session->targets,
		.watcher = session->watcher,
		.assembly = session->assembly,
		.type_learner = session->type_learner,
		.event_log = session->event_log,
		.losses = &session->losses,
		.clock = &session->clock,
		.notifier = &session->options.notifier,
	};

	return step_create(&parts, &session->step, err);
}

static int open_event_log(struct session *session, struct error *err)
{
	struct event_log_options options = {
		.outputs = outputs_options_of(&session->options, &session->loop),
		.notifier = session->options.notifier,
		.max_events = session->options.count,
		.full = on_full,
		.user = session,
	};

	return event_log_open(&options, &session->event_log, err);
}

static int open_parts(struct session *session, struct error *err)
{
	int r = record_clock_open(&session->clock, err);

	if (r == 0)
		r = open_loop(session, err);
	if (r == 0)
		r = open_event_log(session, err);
	if (r == 0)
		r = open_kernel(session, err);
	if (r == 0)
		r = open_cache(session, err);
	if (r == 0)
		r = open_targets(session, err);
	if (r == 0)
		r = open_watcher(session, err);
	if (r == 0)
		r = open_type_learner(session, err);
	if (r == 0)
		r = open_assembly(session, err);
	if (r == 0)
		r = open_ring(session, err);
	if (r == 0)
		r = open_step(session, err);
	/*
	 * Before the first target: a process that starts another program during this time is then handled twice
	 * rather than never.
	 */
	if (r == 0)
		r = kernel_watch(session->kernel, err);
	return r;
}

int session_create(const struct session_options *options, struct session **ret_session,
		   struct error *err)
{
	struct session *session = calloc(1, sizeof(*session));
	struct privilege_needs needs = { .files = options->output_file || options->socket ||
						  options->connection_count };
	int r;

	if (!session)
		return error_fail(err, -ENOMEM, "out of memory");
	session->options = *options;
	r = open_parts(session, err);
	if (r < 0) {
		session_destroy(session);
		return r;
	}
	needs.admin = kernel_needs_admin(session->kernel);
	privilege_drop(&needs);
	targets_start_detacher(session->targets);
	*ret_session = session;
	return 0;
}

static void close_loop(struct session *session)
{
	signals_close(session->signals);
	uv_close((uv_handle_t *)&session->deadline, NULL);
	uv_close((uv_handle_t *)&session->interval, NULL);
	terminal_input_close(session->input);
	/* A uv_stop() from before makes the first run return immediately. */
	while (uv_run(&session->loop, UV_RUN_DEFAULT))
		;
	uv_loop_close(&session->loop);
}

void session_destroy(struct session *session)
{
	if (!session)
		return;
	watcher_destroy(session->watcher);
	type_learner_destroy(session->type_learner);
	targets_destroy(session->targets);
	binary_cache_destroy(session->cache);
	ring_close(session->ring);
	event_log_close(session->event_log);
	if (session->loop_open)
		close_loop(session);
	event_log_destroy(session->event_log);
	assembly_destroy(session->assembly);
	step_destroy(session->step);
	kernel_close(session->kernel);
	free(session);
}

static void run_loop(struct session *session)
{
	const struct terminal_input_callbacks callbacks = { on_input, session };

	/* The time of the setup does not count. */
	uv_update_time(&session->loop);
	if (session->options.duration)
		uv_timer_start(&session->deadline, on_deadline, session->options.duration, 0);
	if (session->options.interval)
		uv_timer_start(&session->interval, on_interval, session->options.interval,
			       session->options.interval);
	if (session->options.view.read_input)
		session->input = terminal_input_open(&session->loop, &callbacks);
	if (!session->stopping)
		uv_run(&session->loop, UV_RUN_DEFAULT);
}

/* Records that were submitted before the end are still reported. */
static void finish(struct session *session)
{
	binary_cache_detach_all(session->cache);
	targets_detach_all(session->targets);
	step_finish(session->step);
	/* With --count, all requested events were reported. */
	if (!event_log_is_full(session->event_log))
		assembly_close(session->assembly);
	event_log_lost(session->event_log,
		       losses_of_ends(&session->losses, session->kernel, session->assembly));
	event_log_flush(session->event_log);
}

int session_run(struct session *session, struct session_summary *ret_summary, struct error *err)
{
	int r;

	assembly_set_wall_offset(session->assembly, record_clock_wall_offset(&session->clock));
	run_loop(session);
	finish(session);
	r = event_log_finish(session->event_log, err);
	*ret_summary = summary_so_far(session);
	return r;
}
