/* SPDX-License-Identifier: MIT */
#include "session.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "assembly.h"
#include "binary.h"
#include "clock.h"
#include "kernel.h"
#include "losses.h"
#include "output.h"
#include "ring.h"
#include "target_set.h"

struct session {
	struct session_options options;
	uv_loop_t loop;
	bool loop_open;
	uv_signal_t interrupt, terminate;
	uv_timer_t deadline;
	struct kernel *kernel;
	struct ring *ring;
	struct assembly *assembly;
	struct target_set targets;
	struct output output;
	struct session_summary summary;
	struct losses losses;
	bool stopping;
	int output_error;
};

static void notice(struct session *session, enum notice_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void notice(struct session *session, enum notice_level level, const char *format, ...)
{
	char text[2048];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	session->options.notice(session->options.user, level, text);
}

static void notice_error(struct session *session, const struct error *why)
{
	char text[2048];

	error_format(why, text, sizeof(text));
	notice(session, NOTICE_ERROR, "%s", text);
}

static void stop(struct session *session)
{
	session->stopping = true;
	uv_stop(&session->loop);
}

static void write_event(struct session *session, const struct event *event)
{
	int r = output_event(&session->output, event);

	if (r < 0 && !session->output_error) {
		session->output_error = r;
		stop(session);
	}
}

static void on_event(void *user, const struct event *event)
{
	struct session *session = user;

	if (session->stopping && session->options.count &&
	    session->summary.events == session->options.count)
		return;
	write_event(session, event);
	session->summary.events++;
	if (session->summary.events == session->options.count)
		stop(session);
}

static void tell_target(struct session *session, enum event_type type, const struct target *target)
{
	const struct process_identity *identity = target_identity(target);
	struct event event = {.type = type, .time = clock_now(), .process = identity};
	struct error news = {0};
	char text[2048];

	write_event(session, &event);
	/* The path of an executable may hold anything; errors are made safe to print. */
	error_subject(&news, "pid %u (%s)", identity->pid, identity->exe);
	if (type == EVENT_ATTACH)
		error_fail(&news, 0, "traced: %s, %s ABI", identity->go_version, identity->convention);
	else
		error_fail(&news, 0, "ended");
	error_format(&news, text, sizeof(text));
	notice(session, NOTICE_INFO, "%s", text);
}

static void tell_lost(struct session *session, uint64_t count)
{
	struct event event = {
		.type = EVENT_LOST,
		.time = clock_now(),
		.count = count,
		.where = "kernel",
	};

	if (!count)
		return;
	session->summary.lost += count;
	write_event(session, &event);
	notice(session, NOTICE_INFO, "%llu lost in the kernel: the ring buffer was full",
	       (unsigned long long)count);
}

/* Records of targets that are gone, and bytes that are none, are passed over. */
static void on_record(void *user, struct bytes record)
{
	struct session *session = user;

	assembly_record(session->assembly, record);
}

static void on_batch_end(void *user)
{
	struct session *session = user;
	int r;

	assembly_set_wall_offset(session->assembly, clock_wall_offset());
	tell_lost(session, losses_take(&session->losses, session->kernel));
	r = sink_flush(session->output.sink);
	if (r < 0 && !session->output_error) {
		session->output_error = r;
		stop(session);
	}
}

static void remove_target(struct session *session, struct target *target)
{
	target_detach(target);
	ring_drain(session->ring);
	assembly_end_target(session->assembly, target);
	tell_target(session, EVENT_DETACH, target);
	target_set_remove(&session->targets, target);
	target_close(target);
}

static void on_target_ended(void *user, struct target *target)
{
	struct session *session = user;

	remove_target(session, target);
	sink_flush(session->output.sink);
	if (session->targets.count == 0)
		stop(session);
}

static void on_function_refused(void *user, const struct error *why)
{
	notice_error(user, why);
}

/* Processes of one file share its inspection. */
static int inspect(struct session *session, const struct process *process,
		   struct inspection **ret_inspection, struct error *err)
{
	struct inspection_options options = {
		.functions = session->options.functions,
		.function_count = session->options.function_count,
		.max_string = session->options.max_string,
		.refused = on_function_refused,
		.user = session,
	};
	const struct target *other = target_set_find_file(&session->targets, &process->file);

	if (other) {
		*ret_inspection = target_share_inspection(other);
		return 0;
	}
	return inspection_open(session->kernel, process_exe_path(process->pid).text, &options,
			       ret_inspection, err);
}

static void on_probe(void *user, const char *sentence)
{
	notice(user, NOTICE_DEBUG, "%s", sentence);
}

static int attach_process(struct session *session, struct process *process, struct error *err)
{
	struct inspection *inspection;
	struct target *target;
	int r = inspect(session, process, &inspection, err);

	if (r < 0) {
		process_close(process);
		return r;
	}
	r = target_attach(&session->loop, session->kernel, target_set_next_id(&session->targets),
			  process, inspection, on_target_ended, session, &target, err);
	inspection_release(inspection);
	if (r < 0)
		return r;
	r = target_set_add(&session->targets, target);
	if (r < 0) {
		target_close(target);
		return error_fail(err, r, "out of memory");
	}
	session->summary.targets++;
	inspection_describe(target_inspection(target), on_probe, session);
	tell_target(session, EVENT_ATTACH, target);
	sink_flush(session->output.sink);
	return 0;
}

int session_add_process(struct session *session, uint32_t pid, struct error *err)
{
	struct process process;
	int r;

	if (target_set_find_pid(&session->targets, pid))
		return 0;
	r = process_open(pid, &process, err);
	if (r < 0)
		return r;
	error_subject(err, "pid %u (%s)", pid, process.exe);
	return attach_process(session, &process, err);
}

/* A file that is no Go program is refused whether or not a process runs it. */
static int check_binary(const char *path, struct stat *ret_status, struct error *err)
{
	struct binary *binary;
	int r = binary_open(path, &binary, err);

	if (r < 0)
		return r;
	if (fstat(image_file(binary->image), ret_status) < 0)
		r = error_fail(err, -errno, "%s", strerror(errno));
	binary_close(binary);
	return r;
}

static int add_processes(struct session *session, const uint32_t *pids, size_t count,
			 struct error *err)
{
	size_t traced = 0;

	for (size_t i = 0; i < count; i++) {
		struct error why = {0};
		int r = session_add_process(session, pids[i], &why);

		if (r == 0) {
			traced++;
		} else if (count == 1) {
			return error_adopt(err, &why);
		} else {
			notice_error(session, &why);
		}
	}
	return traced ? 0 : error_fail(err, -ESRCH, "none of its %zu processes can be traced", count);
}

int session_add_binary(struct session *session, const char *path, struct error *err)
{
	struct stat status;
	uint32_t *pids;
	size_t count;
	int r = check_binary(path, &status, err);

	if (r < 0)
		return r;
	error_subject(err, "%s", path);
	r = process_find_by_file(status.st_dev, status.st_ino, &pids, &count, err);
	if (r < 0)
		return r;
	if (count == 0)
		r = error_fail(err, -ESRCH, "no process runs this file");
	else
		r = add_processes(session, pids, count, err);
	free(pids);
	return r;
}

static void on_signal(uv_signal_t *signal, int number)
{
	struct session *session = signal->data;

	session->summary.interrupted = true;
	stop(session);
}

static void on_deadline(uv_timer_t *timer)
{
	stop(timer->data);
}

static int open_output(struct session *session)
{
	struct output *output = &session->output;
	int r = session->options.output == SESSION_OUTPUT_JSON ? format_create_json(&output->format)
							       : format_create_table(&output->format);

	return r < 0 ? r : sink_create_stream(STDOUT_FILENO, &output->sink);
}

static int open_loop(struct session *session)
{
	int r = uv_loop_init(&session->loop);

	if (r < 0)
		return r;
	session->loop_open = true;
	uv_signal_init(&session->loop, &session->interrupt);
	uv_signal_init(&session->loop, &session->terminate);
	uv_timer_init(&session->loop, &session->deadline);
	session->interrupt.data = session->terminate.data = session->deadline.data = session;
	return 0;
}

static int open_kernel(struct session *session, struct error *err)
{
	struct kernel_options options = {
		.max_string = session->options.max_string,
		.ring_size = session->options.ring_size,
	};
	struct ring_callbacks callbacks = {on_record, on_batch_end, session};
	int r = kernel_open(&options, &session->kernel, err);

	if (r < 0)
		return r;
	notice(session, NOTICE_DEBUG, "attaching by %s", kernel_attachment_name(session->kernel));
	return ring_open(&session->loop, kernel_ring(session->kernel),
			 kernel_reader_asleep(session->kernel), &callbacks, &session->ring, err);
}

int session_create(const struct session_options *options, struct session **ret_session,
		   struct error *err)
{
	struct session *session = calloc(1, sizeof(*session));
	struct assembly_callbacks callbacks = {on_event, session};
	int r = -ENOMEM;

	if (!session)
		return error_fail(err, r, "out of memory");
	session->options = *options;
	r = open_output(session);
	if (r == 0)
		r = assembly_create(&session->targets, &callbacks, &session->assembly);
	if (r == 0)
		r = open_loop(session);
	if (r < 0)
		error_fail(err, r, "the session cannot be set up: %s", strerror(-r));
	else
		r = open_kernel(session, err);
	if (r < 0) {
		session_destroy(session);
		return r;
	}
	*ret_session = session;
	return 0;
}

static void close_loop(struct session *session)
{
	uv_close((uv_handle_t *)&session->interrupt, NULL);
	uv_close((uv_handle_t *)&session->terminate, NULL);
	uv_close((uv_handle_t *)&session->deadline, NULL);
	uv_run(&session->loop, UV_RUN_DEFAULT);
	uv_loop_close(&session->loop);
}

void session_destroy(struct session *session)
{
	if (!session)
		return;
	for (size_t i = 0; i < session->targets.count; i++)
		target_close(session->targets.targets[i]);
	target_set_finish(&session->targets);
	ring_close(session->ring);
	if (session->loop_open)
		close_loop(session);
	assembly_destroy(session->assembly);
	kernel_close(session->kernel);
	output_finish(&session->output);
	free(session);
}

static void run_loop(struct session *session)
{
	/* A reader of ours that goes away is an error of write(), not a signal. */
	signal(SIGPIPE, SIG_IGN);
	uv_signal_start(&session->interrupt, on_signal, SIGINT);
	uv_signal_start(&session->terminate, on_signal, SIGTERM);
	if (session->options.duration)
		uv_timer_start(&session->deadline, on_deadline, session->options.duration, 0);
	if (!session->stopping)
		uv_run(&session->loop, UV_RUN_DEFAULT);
}

/* What was submitted before the end is still told. */
static void finish(struct session *session)
{
	for (size_t i = 0; i < session->targets.count; i++)
		target_detach(session->targets.targets[i]);
	ring_drain(session->ring);
	tell_lost(session, losses_of_ends(session->kernel, session->assembly));
	sink_flush(session->output.sink);
}

int session_run(struct session *session, struct session_summary *ret_summary, struct error *err)
{
	assembly_set_wall_offset(session->assembly, clock_wall_offset());
	run_loop(session);
	finish(session);
	*ret_summary = session->summary;
	if (session->output_error && session->output_error != -EPIPE)
		return error_fail(err, session->output_error, "standard output cannot be written: %s",
				  strerror(-session->output_error));
	return 0;
}
