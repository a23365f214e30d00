/* SPDX-License-Identifier: MIT */
#include "session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "assembly.h"
#include "clock.h"
#include "event_log.h"
#include "file_limit.h"
#include "kernel.h"
#include "lookout.h"
#include "losses.h"
#include "open_list.h"
#include "privilege.h"
#include "process.h"
#include "record_clock.h"
#include "ring.h"
#include "roster.h"
#include "signals.h"
#include "step.h"

struct session {
	struct session_options options;
	uv_loop_t loop;
	bool loop_open;
	struct signals *signals;
	uv_timer_t deadline;
	struct record_clock clock;
	struct kernel *kernel;
	struct ring *ring;
	struct assembly *assembly;
	struct roster *roster;
	struct lookout *lookout;
	struct step *step;
	struct event_log *event_log;
	struct losses losses;
	bool stopping, interrupted;
};

static void stop(struct session *session)
{
	session->stopping = true;
	uv_stop(&session->loop);
}

static void on_full(void *user)
{
	stop(user);
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
		stop(session);
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

static void on_refused(void *user, const struct error *why)
{
	struct session *session = user;

	notice_error(&session->options.notifier, why->code < 0 ? NOTICE_ERROR : NOTICE_INFO, why);
}

int session_add_process(struct session *session, uint32_t pid, struct error *err)
{
	uint32_t process = process_of_thread(pid);
	struct target *target = NULL;
	int r;

	if (process != pid)
		notice(&session->options.notifier, NOTICE_INFO,
		       "%u is a thread of process %u, which is traced as a whole", pid, process);
	r = roster_add(session->roster, process, &target, err);
	file_limit_hint(err);
	if (target)
		step_attached(session->step, target);
	return r;
}

int session_add_binary(struct session *session, const char *path, struct error *err)
{
	int r = lookout_add_binary(session->lookout, path, err);

	file_limit_hint(err);
	return r;
}

int session_discover(struct session *session, struct error *err)
{
	int r = lookout_start(session->lookout, err);

	if (r < 0 || !lookout_is_open(session->lookout))
		return r;
	run_step(session);
	notice(&session->options.notifier, NOTICE_DEBUG, "watching for new processes");
	if (roster_targets(session->roster)->count == 0)
		notice(&session->options.notifier, NOTICE_INFO,
		       "no matching process yet: waiting for one to start");
	return r;
}

static void on_signal(void *user)
{
	struct session *session = user;

	session->interrupted = true;
	stop(session);
}

/* It was asked for, and so is shown even by who is told to be quiet. */
static void on_count(void *user)
{
	struct session *session = user;
	struct roster_counts roster = roster_count(session->roster);
	struct sink_counts readers = event_log_readers(session->event_log);
	struct event_log_counts counts = event_log_count(session->event_log);

	notice(&session->options.notifier, NOTICE_ERROR,
	       "targets %zu, probes %zu, files with probes %zu, binaries known %zu, inspections %zu, "
	       "open requests %u, events %llu, lost %llu, readers %zu, lost by readers %llu",
	       roster_targets(session->roster)->count, roster.probes, roster.probed_files,
	       roster.binaries, roster.inspections, assembly_open_requests(session->assembly),
	       (unsigned long long)counts.events, (unsigned long long)counts.lost, readers.readers,
	       (unsigned long long)readers.lost);
	open_list_tell(session->assembly, clock_now(), &session->options.notifier);
}

static void on_deadline(uv_timer_t *timer)
{
	stop(timer->data);
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
	/* From the first target on a signal ends what was begun, summary and all. */
	return signals_open(&session->loop, session->options.output_file, &callbacks,
			    &session->signals, err);
}

/* Which of the better ways the kernel lacks is said where that can be seen in the events. */
static void describe_kernel(struct session *session)
{
	const struct notifier *notifier = &session->options.notifier;

	notice(notifier, NOTICE_DEBUG, "attaching with %s",
	       kernel_attachment_name(session->kernel));
	if (session->options.attachment == KERNEL_ATTACHMENT_BEST &&
	    !kernel_can_sleep(session->kernel))
		notice(notifier, NOTICE_INFO,
		       "this kernel has no sleepable uprobes (since Linux 6.0): values on pages that are "
		       "not in memory are null");
}

static void tell_verifier_lines(const struct notifier *notifier, char *lines)
{
	char *rest = lines, *line;

	while ((line = strsep(&rest, "\n")) != NULL) {
		if (*line)
			notice(notifier, NOTICE_DEBUG, "verifier: %s", line);
	}
}

static int open_kernel(struct session *session, struct error *err)
{
	struct kernel_facts facts;
	struct kernel_features features;
	struct kernel_failure failure;
	struct kernel_options options = {
		.facts = &facts,
		.features = &features,
		.max_string = session->options.spec->values.max_string,
		.ring_size = session->options.ring_size,
		.attachment = session->options.attachment,
		.watch_all = session->options.watches_binaries || session->options.name_count ||
			     session->options.all,
		.ports = session->options.ports,
		.port_count = session->options.port_count,
		.long_plans = session->options.spec->function_count > 0 ||
			      session->options.spec->requests,
	};
	int r;

	kernel_facts_read(&facts);
	kernel_features_probe(&facts, &features);
	r = kernel_open(&options, &session->kernel, &failure, err);
	if (r == 0)
		describe_kernel(session);
	else
		tell_verifier_lines(&session->options.notifier, failure.verifier);
	return r;
}

static int open_ring(struct session *session, struct error *err)
{
	struct ring_callbacks callbacks = { on_record, on_due, session };

	return ring_open(&session->loop, kernel_ring(session->kernel),
			 kernel_reader_asleep(session->kernel), &callbacks, &session->ring, err);
}

static int open_roster(struct session *session, struct error *err)
{
	struct roster_options options = {
		.loop = &session->loop,
		.kernel = session->kernel,
		.clock = &session->clock,
		.inspection = {
			.spec = session->options.spec,
			.types = session->options.types,
			.refused = on_refused,
			.user = session,
		},
		.notifier = &session->options.notifier,
		.ended = on_ended,
		.user = session,
	};

	return roster_create(&options, &session->roster, err);
}

static int open_lookout(struct session *session, struct error *err)
{
	struct lookout_options options = {
		.loop = &session->loop,
		.kernel = session->kernel,
		.roster = session->roster,
		.rules = {
			.names = session->options.names,
			.name_count = session->options.name_count,
			.ports = session->options.ports,
			.port_count = session->options.port_count,
			.all = session->options.all,
		},
		.notifier = &session->options.notifier,
		.due = on_due,
		.user = session,
	};

	return lookout_create(&options, &session->lookout, err);
}

static uint64_t lost_ends(void *user)
{
	struct session *session = user;

	return losses_lost_ends(session->kernel);
}

static int open_assembly(struct session *session, struct error *err)
{
	struct assembly_callbacks callbacks = { on_event, lost_ends, session };
	int r = assembly_create(roster_targets(session->roster), &callbacks, &session->assembly);

	return r < 0 ? error_fail(err, r, "out of memory") : 0;
}

static int open_step(struct session *session, struct error *err)
{
	struct step_parts parts = {
		.kernel = session->kernel,
		.ring = session->ring,
		.roster = session->roster,
		.lookout = session->lookout,
		.assembly = session->assembly,
		.event_log = session->event_log,
		.losses = &session->losses,
		.clock = &session->clock,
		.notifier = &session->options.notifier,
	};

	return step_create(&parts, &session->step, err);
}

static int open_event_log(struct session *session, struct error *err)
{
	static const enum outputs_standard standards[] = {
		[SESSION_OUTPUT_NONE] = OUTPUTS_NONE,
		[SESSION_OUTPUT_TABLE] = OUTPUTS_TABLE,
		[SESSION_OUTPUT_JSON] = OUTPUTS_JSON,
	};
	struct event_log_options options = {
		.outputs = {
			.loop = &session->loop,
			.standard = standards[session->options.output],
			.file = session->options.output_file,
			.socket = session->options.socket,
			.socket_mode = session->options.socket_mode,
			.socket_group = session->options.socket_group,
			.reader_buffer = session->options.reader_buffer,
			.version = session->options.version,
			.redaction = session->options.spec->values.redaction,
		},
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
		r = open_roster(session, err);
	if (r == 0)
		r = open_lookout(session, err);
	if (r == 0)
		r = open_assembly(session, err);
	if (r == 0)
		r = open_ring(session, err);
	if (r == 0)
		r = open_step(session, err);
	/* Before the first target: who runs another program meanwhile is seen twice rather than never. */
	if (r == 0)
		r = kernel_watch(session->kernel, err);
	return r;
}

int session_create(const struct session_options *options, struct session **ret_session,
		   struct error *err)
{
	struct session *session = calloc(1, sizeof(*session));
	struct privilege_needs needs = { .files = options->output_file || options->socket };
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
	roster_start_workers(session->roster);
	*ret_session = session;
	return 0;
}

static void close_loop(struct session *session)
{
	signals_close(session->signals);
	uv_close((uv_handle_t *)&session->deadline, NULL);
	/* A stop that no run has seen yet ends the first at once. */
	while (uv_run(&session->loop, UV_RUN_DEFAULT))
		;
	uv_loop_close(&session->loop);
}

void session_destroy(struct session *session)
{
	if (!session)
		return;
	lookout_destroy(session->lookout);
	roster_destroy(session->roster);
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
	if (session->options.duration)
		uv_timer_start(&session->deadline, on_deadline, session->options.duration, 0);
	if (!session->stopping)
		uv_run(&session->loop, UV_RUN_DEFAULT);
}

/* What was submitted before the end is still told. */
static void finish(struct session *session)
{
	roster_detach_all(session->roster);
	step_finish(session->step);
	/* Of those that were to be counted all have been. */
	if (!event_log_is_full(session->event_log))
		assembly_close(session->assembly);
	event_log_lost(session->event_log, losses_of_ends(session->kernel, session->assembly));
	event_log_flush(session->event_log);
}

int session_run(struct session *session, struct session_summary *ret_summary, struct error *err)
{
	struct event_log_counts counts;
	int r;

	assembly_set_wall_offset(session->assembly, record_clock_wall_offset(&session->clock));
	run_loop(session);
	finish(session);
	r = event_log_finish(session->event_log, err);
	counts = event_log_count(session->event_log);
	*ret_summary = (struct session_summary){
		.events = counts.events,
		.lost = counts.lost,
		.targets = counts.targets,
		.interrupted = session->interrupted,
	};
	return r;
}
