/* SPDX-License-Identifier: MIT */
#include "top.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "command_usage.h"
#include "diagnostic.h"
#include "option_parser.h"
#include "recording.h"
#include "standard_output.h"
#include "top_screen.h"
#include "trace.h"

enum { TICK = 1000 }; /* milliseconds */

static const int64_t SECOND = 1000000000;

struct top_run {
	struct top_model *model;
	struct top_screen screen;
	int64_t second_begin; /* of the second that is counted; monotonic, nanoseconds */
};

/* Ends the seconds that have passed; a minute of them leaves nothing. */
static void pass_seconds(struct top_run *run)
{
	int64_t now = clock_monotonic();

	for (int ticks = 0; now - run->second_begin >= SECOND; ticks++) {
		if (ticks > TOP_FORGET)
			run->second_begin = now - now % SECOND;
		else
			run->second_begin += SECOND;
		top_tick(run->model);
	}
	top_set_part(run->model, (double)(now - run->second_begin) / (double)SECOND);
}

/* While the screen is paused, nothing changes on it, and nothing is counted. */
static bool on_tick(void *user, const struct session_summary *so_far)
{
	struct top_run *run = user;

	if (run->screen.view.paused) {
		run->second_begin = clock_monotonic();
		return true;
	}
	pass_seconds(run);
	run->screen.view.time = clock_now();
	run->screen.view.lost = so_far->lost;
	return top_screen_draw(&run->screen);
}

static int take_request(void *user, const struct summary_request *request)
{
	struct top_run *run = user;

	if (run->screen.view.paused)
		return 0;
	pass_seconds(run);
	return top_take(run->model, request);
}

static bool on_key(void *user)
{
	struct top_run *run = user;

	return top_screen_obey(&run->screen);
}

static int top_trace(struct top_run *run, struct options *options)
{
	const struct session_view view = {
		.take = take_request, .tick = on_tick, .read_input = on_key, .user = run
	};
	int status;

	options->interval = options->interval ? options->interval : TICK;
	if (top_screen_open(&run->screen, run->model) < 0)
		return EXIT_FAILURE;
	run->second_begin = clock_monotonic();
	run->screen.view.time = clock_now();
	if (run->screen.is_terminal)
		top_screen_draw(&run->screen);
	status = trace_with_view(options, run->screen.is_terminal ?
						  &view :
						  &(struct session_view){ .take = take_request,
									  .tick = on_tick,
									  .user = run });
	top_screen_close(&run->screen);
	return run->screen.has_failed ? EXIT_FAILURE : status;
}

/* ---- a recorded file ---- */

/*
 * Whether it has events rather than a program, which begins with a byte that no text has. Only an ordinary file is looked into: a
 * pipe would lose what is read.
 */
static bool is_recording(const char *path)
{
	static const int ELF_BEGIN = 0x7f;
	struct stat facts;
	FILE *file;
	int first;

	if (strcmp(path, "-") == 0)
		return true;
	if (stat(path, &facts) < 0 || S_ISDIR(facts.st_mode))
		return false;
	if (!S_ISREG(facts.st_mode))
		return true;
	file = fopen(path, "re");
	first = file ? fgetc(file) : ELF_BEGIN;
	if (file)
		fclose(file);
	return first != ELF_BEGIN;
}

/* The recording that the options name; NULL if they name targets. -EINVAL if they do not fit a recording. */
static int find_recording(const struct options *options, const char **ret_path, struct error *err)
{
	bool has_others = options->binary_count > 1 || options->pid_count || options->name_count ||
			  options->port_count || options->all;
	bool has_filter = options->conditions.count || options->sample || options->max_rate;
	bool has_output = options->output || options->socket || options->connection_count ||
			  options->otlp.text || options->count || options->duration;

	*ret_path = NULL;
	if (options->binary_count == 0 || !is_recording(options->binaries[0]))
		return 0;
	*ret_path = options->binaries[0];
	if (!has_others && !has_filter && !has_output)
		return 0;
	error_subject(err, "%s", *ret_path);
	return error_fail(
		err, -EINVAL,
		"a file of events is shown as it is: leave out targets, filters, outputs, --count and --duration");
}

struct replay {
	struct top_model *model;
	int64_t second_end; /* by the times of the requests; 0: there was none */
	int64_t last;	    /* time of a request */
};

/* Seconds pass as they did when the requests were made; long pauses are passed over. */
static int replay_request(void *user, const struct summary_request *request)
{
	struct replay *replay = user;

	for (int ticks = 0;
	     replay->second_end && request->time >= replay->second_end && ticks <= TOP_FORGET;
	     ticks++) {
		top_tick(replay->model);
		replay->second_end += SECOND;
	}
	if (request->time >= replay->second_end)
		replay->second_end = request->time + SECOND;
	if (request->time > replay->last)
		replay->last = request->time;
	return top_take(replay->model, request);
}

/* The last second ends with the last request. */
static void end_replay(const struct replay *replay)
{
	int64_t left = replay->second_end - replay->last;

	top_set_part(replay->model, (double)(SECOND - left) / (double)SECOND);
}

static int replay_file(const char *path, struct top_run *run, struct error *err)
{
	struct replay replay = { .model = run->model };
	struct recording recording;
	int64_t count;
	int r = recording_open(path, &recording, err);

	if (r < 0)
		return r;
	count = recording_read(&recording, replay_request, &replay, err);
	run->screen.view.lost = recording.lost;
	recording.lost = 0;
	if (count == 0) {
		error_subject(err, "%s", recording.name);
		count = error_fail(err, -ENOENT, "no requests were read");
	}
	recording_close(&recording);
	end_replay(&replay);
	run->screen.view.time = replay.last;
	return count < 0 ? (int)count : 0;
}

/* Makes the signals that end a program wait in a file. Returns it, or -1. */
static int open_signals(void)
{
	sigset_t ends;

	sigemptyset(&ends);
	sigaddset(&ends, SIGINT);
	sigaddset(&ends, SIGTERM);
	sigprocmask(SIG_BLOCK, &ends, NULL);
	return signalfd(-1, &ends, SFD_CLOEXEC);
}

/* Returns false after a signal, and when the terminal has gone. Another size of it, too, interrupts the wait. */
static bool wait_for_keys(int signals)
{
	struct pollfd files[] = { { .fd = STDIN_FILENO, .events = POLLIN },
				  { .fd = signals, .events = POLLIN } };

	if (poll(files, 2, -1) < 0)
		return errno == EINTR;
	return !(files[0].revents & (POLLHUP | POLLERR | POLLNVAL)) && !files[1].revents;
}

static void serve_keys(struct top_run *run)
{
	int signals = open_signals();

	while (wait_for_keys(signals) && top_screen_obey(&run->screen))
		;
	close(signals);
}

/* Shows the end of the recording until the user has seen it. */
static int top_recording(struct top_run *run, const char *path)
{
	struct error err = { 0 };
	struct top_view seen;
	bool drawn;

	if (replay_file(path, run, &err) < 0) {
		diagnostic_error(&err);
		return EXIT_FAILURE;
	}
	seen = run->screen.view;
	if (top_screen_open(&run->screen, run->model) < 0)
		return EXIT_FAILURE;
	run->screen.view.time = seen.time;
	run->screen.view.lost = seen.lost;
	drawn = top_screen_draw(&run->screen);
	if (run->screen.is_terminal)
		serve_keys(run);
	top_screen_close(&run->screen);
	return drawn ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* ---- the command ---- */

static int top_run(struct top_run *run, int argc, char **argv)
{
	const char *recording = NULL;
	struct options options;
	struct error err = { 0 };
	int status = EXIT_USAGE;

	if (options_parse(argc, argv, &options, &err) < 0 ||
	    find_recording(&options, &recording, &err) < 0) {
		diagnostic_error(&err);
	} else if (options.help) {
		status = standard_output_print(command_usage_top);
	} else if (options.version) {
		status = standard_output_print_version();
	} else if (recording) {
		status = top_recording(run, recording);
	} else {
		status = top_trace(run, &options);
	}
	options_finish(&options);
	return status;
}

int top(int argc, char **argv)
{
	struct top_run run = { 0 };
	int status;

	if (top_create(&run.model) < 0) {
		diagnostic_text("out of memory");
		return EXIT_FAILURE;
	}
	status = top_run(&run, argc, argv);
	top_destroy(run.model);
	return status;
}
