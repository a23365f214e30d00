/* SPDX-License-Identifier: MIT */
#include "outputs.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "batch.h"
#include "clock.h"
#include "format.h"
#include "sink.h"

enum { STANDARD_OUTPUT, FILE_OUTPUT, SOCKET_OUTPUT, OUTPUT_COUNT };

enum {
	BATCH_SIZE = 64 * 1024, /* the capacity of a pipe; one write for many lines */
	BATCHES_A_BUFFER = 8,	/* at least, so that one lost batch is only a part of a buffer */
	END_INTERVAL = 5,	/* milliseconds */
};

#define PATIENCE INT64_C(5000000000) /* nanoseconds, time for readers at the end */

struct outputs {
	struct outputs_options options;
	struct format *format;
	/* JSON for hello and lost lines, which are made while a line of `format` may be in use. */
	struct format *aside;
	struct sink *sinks[OUTPUT_COUNT]; /* NULL if there is none */
	struct batch batch;
	size_t batch_size; /* exceeded by one line at most */
	struct batch greeting;
	const struct process_identity **targets; /* with an attach event and without a detach event */
	size_t target_count;
};

/* ---- targets ---- */

static int add_target(struct outputs *outputs, const struct process_identity *target)
{
	const struct process_identity **targets =
		array_grow(outputs->targets, outputs->target_count, sizeof(*targets));

	if (!targets)
		return -ENOMEM;
	outputs->targets = targets;
	targets[outputs->target_count++] = target;
	return 0;
}

static void remove_target(struct outputs *outputs, const struct process_identity *target)
{
	size_t i = 0;

	while (i < outputs->target_count && outputs->targets[i] != target)
		i++;
	if (i == outputs->target_count)
		return;
	outputs->target_count--;
	memmove(outputs->targets + i, outputs->targets + i + 1,
		(outputs->target_count - i) * sizeof(struct process_identity *));
}

/* Makes the first lines for a new reader. */
static struct batch *outputs_greet(void *user)
{
	struct outputs *outputs = user;
	struct event event = {
		.type = EVENT_HELLO,
		.time = clock_now(),
		.version = outputs->options.version,
		.targets = outputs->targets,
		.target_count = outputs->target_count,
	};
	struct bytes line;

	/* Earlier events are not for the new reader. */
	outputs_flush(outputs);
	batch_clear(&outputs->greeting);
	if (format_line(outputs->aside, &event, &line) < 0 ||
	    batch_add(&outputs->greeting, line, 0) < 0)
		return NULL;
	return &outputs->greeting;
}

/* ---- opening ---- */

static void outputs_on_failed(void *user, int error)
{
	struct outputs *outputs = user;

	outputs->options.failed(outputs->options.user, error);
}

static int open_sinks(struct outputs *outputs, struct error *err)
{
	const struct outputs_options *options = &outputs->options;
	struct sink_options sink = {
		.loop = options->loop,
		.limit = options->reader_buffer,
		.lost_format = options->standard == OUTPUTS_TABLE ? NULL : outputs->aside,
		.failed = outputs_on_failed,
		.notifier = options->notifier,
		.greeting = outputs_greet,
		.user = outputs,
	};
	struct sink_socket_options socket = {
		.path = options->socket,
		.mode = options->socket_mode,
		.group = options->socket_group,
	};
	int r = 0;

	if (options->standard != OUTPUTS_NONE)
		r = sink_create_stream(&sink, STDOUT_FILENO, &outputs->sinks[STANDARD_OUTPUT], err);
	if (r == 0 && options->file)
		r = sink_create_file(&sink, options->file, &outputs->sinks[FILE_OUTPUT], err);
	if (r == 0 && options->socket)
		r = sink_create_socket(&sink, &socket, &outputs->sinks[SOCKET_OUTPUT], err);
	return r;
}

static int open_formats(struct outputs *outputs)
{
	const struct format_options options = { outputs->options.redaction,
						outputs->options.links };
	int r = format_create_json(&options, &outputs->aside);

	if (r < 0)
		return r;
	return (outputs->options.standard == OUTPUTS_TABLE ?
			format_create_table :
			format_create_json)(&options, &outputs->format);
}

int outputs_open(const struct outputs_options *options, struct outputs **ret_outputs,
		 struct error *err)
{
	struct outputs *outputs = calloc(1, sizeof(*outputs));
	int r;

	if (!outputs)
		return error_fail(err, -ENOMEM, "out of memory");
	outputs->options = *options;
	outputs->batch_size = options->reader_buffer / BATCHES_A_BUFFER;
	if (outputs->batch_size > BATCH_SIZE)
		outputs->batch_size = BATCH_SIZE;
	r = open_formats(outputs);
	r = r < 0 ? error_fail(err, r, "out of memory") : open_sinks(outputs, err);
	if (r < 0) {
		outputs_close(outputs);
		return r;
	}
	*ret_outputs = outputs;
	return 0;
}

void outputs_close(struct outputs *outputs)
{
	if (!outputs)
		return;
	for (size_t i = 0; i < OUTPUT_COUNT; i++)
		sink_close(outputs->sinks[i]);
	format_destroy(outputs->format);
	format_destroy(outputs->aside);
	batch_finish(&outputs->batch);
	batch_finish(&outputs->greeting);
	free(outputs->targets);
	free(outputs);
}

/* ---- events ---- */

/* Returns how many requests and calls the line of this event reports. */
static uint64_t count_events(const struct event *event)
{
	switch (event->type) {
	case EVENT_REQUEST:
	case EVENT_CLIENT:
	case EVENT_CALL:
		return 1;
	case EVENT_LOST:
		return event->count;
	default:
		return 0;
	}
}

static bool outputs_are_wanted(const struct outputs *outputs)
{
	for (size_t i = 0; i < OUTPUT_COUNT; i++) {
		if (outputs->sinks[i] && sink_wants(outputs->sinks[i]))
			return true;
	}
	return false;
}

/* Lines about targets are not put into a batch with requests and calls, which is more easily lost. */
static bool belongs_to_batch(const struct outputs *outputs, size_t size, uint64_t events)
{
	const struct batch *batch = &outputs->batch;

	return batch->size == 0 ||
	       ((batch->events == 0) == (events == 0) && batch->size + size <= outputs->batch_size);
}

static int write_event(struct outputs *outputs, const struct event *event)
{
	uint64_t events = count_events(event);
	struct bytes line;
	int r;

	if (!outputs_are_wanted(outputs))
		return 0;
	r = format_line(outputs->format, event, &line);
	if (r < 0 || line.size == 0)
		return r;
	if (!belongs_to_batch(outputs, line.size, events)) {
		r = outputs_flush(outputs);
		if (r < 0)
			return r;
	}
	return batch_add(&outputs->batch, line, events);
}

int outputs_event(struct outputs *outputs, const struct event *event)
{
	int r = write_event(outputs, event);

	if (r == 0 && event->type == EVENT_ATTACH)
		r = add_target(outputs, event->process);
	if (event->type == EVENT_DETACH)
		remove_target(outputs, event->process);
	return r;
}

/* Each sink gets the lines, even if another one failed. The first failure is returned. */
int outputs_flush(struct outputs *outputs)
{
	int result = 0;

	if (outputs->batch.size == 0)
		return 0;
	for (size_t i = 0; i < OUTPUT_COUNT; i++) {
		int r = outputs->sinks[i] ? sink_write(outputs->sinks[i], &outputs->batch) : 0;

		if (result == 0)
			result = r;
	}
	batch_clear(&outputs->batch);
	return result;
}

struct sink_counts outputs_count(const struct outputs *outputs)
{
	struct sink_counts counts = { 0 };

	for (size_t i = 0; i < OUTPUT_COUNT; i++) {
		if (outputs->sinks[i])
			sink_count(outputs->sinks[i], &counts);
	}
	return counts;
}

/* ---- the end ---- */

static size_t end_sinks(struct outputs *outputs)
{
	size_t waiting = 0;

	for (size_t i = 0; i < OUTPUT_COUNT; i++)
		waiting += outputs->sinks[i] ? sink_end(outputs->sinks[i]) : 0;
	return waiting;
}

int outputs_finish(struct outputs *outputs, struct error *err)
{
	int64_t deadline = clock_monotonic() + PATIENCE;
	int result = 0;

	/* poll() is only a pause. If a signal interrupts it, no more time is given to readers. */
	while (end_sinks(outputs) > 0 && clock_monotonic() < deadline &&
	       poll(NULL, 0, END_INTERVAL) == 0)
		;
	for (size_t i = 0; i < OUTPUT_COUNT; i++) {
		int r = outputs->sinks[i] ? sink_conclude(outputs->sinks[i], err) : 0;

		if (result == 0)
			result = r;
	}
	return result;
}
