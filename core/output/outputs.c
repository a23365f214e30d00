/* SPDX-License-Identifier: MIT */
#include "outputs.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "batch.h"
#include "clock.h"
#include "filter.h"
#include "format.h"
#include "held_lines.h"
#include "recap.h"
#include "sink.h"
#include "target_list.h"

enum { STANDARD_OUTPUT, FILE_OUTPUT, SOCKET_OUTPUT, OUTPUT_COUNT };

enum {
	BATCH_SIZE = 64 * 1024, /* the capacity of a pipe; one write for many lines */
	BATCHES_A_BUFFER = 8,	/* at least, so that one lost batch is only a part of a buffer */
	END_INTERVAL = 5,	/* milliseconds */
	MOST_HELD = 64 << 20,	/* bytes of lines whose requests have not ended */
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
	struct target_list targets; /* with an attach event and without a detach event */
	/* NULL: all events are shown */
	struct filter *filter;
	struct held_lines *held;
	struct outputs_counts counts;
	struct recap recap;
};

static bool is_summary(const struct outputs *outputs)
{
	return outputs->options.standard == OUTPUTS_SUMMARY ||
	       outputs->options.standard == OUTPUTS_SUMMARY_JSON;
}

/* ---- opening ---- */

/* Makes the first lines for a new reader. */
static struct batch *outputs_greet(void *user)
{
	struct outputs *outputs = user;
	struct event event = {
		.type = EVENT_HELLO,
		.time = clock_now(),
		.version = outputs->options.version,
		.targets = outputs->targets.items,
		.target_count = outputs->targets.count,
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

	if (options->standard != OUTPUTS_NONE && options->standard != OUTPUTS_VIEW)
		r = sink_create_stream(&sink, STDOUT_FILENO, &outputs->sinks[STANDARD_OUTPUT], err);
	if (r == 0 && options->file)
		r = sink_create_file(&sink, options->file, &outputs->sinks[FILE_OUTPUT], err);
	if (r == 0 && options->socket)
		r = sink_create_socket(&sink, &socket, &outputs->sinks[SOCKET_OUTPUT], err);
	return r;
}

static int open_formats(struct outputs *outputs)
{
	const struct format_options *options = &outputs->options.format;
	int r = format_create_json(options, &outputs->aside);

	if (r < 0)
		return r;
	return (outputs->options.standard == OUTPUTS_TABLE ?
			format_create_table :
			format_create_json)(options, &outputs->format);
}

static int open_filter(struct outputs *outputs)
{
	int r;

	if (!filter_is_wanted(&outputs->options.filter))
		return 0;
	r = filter_create(&outputs->options.filter, &outputs->filter);
	return r < 0 ? r : held_lines_create(MOST_HELD, &outputs->held);
}

static int open_recap(struct outputs *outputs)
{
	const struct outputs_options *options = &outputs->options;

	if (options->standard == OUTPUTS_VIEW)
		recap_open_viewer(&outputs->recap, options->viewer, options->viewer_user);
	if (!is_summary(outputs))
		return 0;
	return recap_open_summary(&outputs->recap, options->standard == OUTPUTS_SUMMARY_JSON);
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
	if (r == 0)
		r = open_filter(outputs);
	if (r == 0)
		r = open_recap(outputs);
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
	filter_destroy(outputs->filter);
	held_lines_destroy(outputs->held);
	recap_close(&outputs->recap);
	batch_finish(&outputs->batch);
	batch_finish(&outputs->greeting);
	free(outputs->targets.items);
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

/* Whether the sink gets the lines of events. */
static bool gets_events(const struct outputs *outputs, size_t sink)
{
	return outputs->sinks[sink] && !(sink == STANDARD_OUTPUT && is_summary(outputs));
}

static bool outputs_are_wanted(const struct outputs *outputs)
{
	for (size_t i = 0; i < OUTPUT_COUNT; i++) {
		if (gets_events(outputs, i) && sink_wants(outputs->sinks[i]))
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

static int add_line(struct outputs *outputs, struct bytes line, uint64_t events)
{
	if (line.size == 0)
		return 0;
	if (!belongs_to_batch(outputs, line.size, events)) {
		int r = outputs_flush(outputs);

		if (r < 0)
			return r;
	}
	return batch_add(&outputs->batch, line, events);
}

/* Adds lines that are one event each: together they may be more than a reader's buffer takes at once. */
static int add_lines(struct outputs *outputs, struct bytes lines)
{
	int r = 0;

	while (r == 0 && lines.size) {
		const uint8_t *end = memchr(lines.data, '\n', lines.size);
		size_t size = (size_t)(end - lines.data) + 1;

		r = add_line(outputs, (struct bytes){ lines.data, size }, 1);
		lines.data += size;
		lines.size -= size;
	}
	return r;
}

/* Adds the lines that were held for this request. */
static int add_held_lines(struct outputs *outputs, uint64_t id)
{
	struct batch held;
	struct bytes lines;
	int r;

	if (!held_lines_take(outputs->held, id, &held))
		return 0;
	lines = (struct bytes){ held.data, held.size };
	outputs->counts.shown += held.events;
	r = recap_lines(&outputs->recap, lines);
	if (r == 0 && outputs_are_wanted(outputs))
		r = add_lines(outputs, lines);
	batch_finish(&held);
	return r;
}

/* A table follows the size of the terminal. */
static void follow_terminal(struct outputs *outputs)
{
	struct winsize size;

	if (outputs->options.standard == OUTPUTS_TABLE && outputs->batch.size == 0)
		format_set_width(outputs->format,
				 ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0);
}

static int add_heading(struct outputs *outputs, const struct event *event)
{
	struct bytes line;
	int r;

	follow_terminal(outputs);
	r = format_heading(outputs->format, event, &line);
	return r < 0 ? r : add_line(outputs, line, 0);
}

static int add_event_line(struct outputs *outputs, const struct event *event)
{
	struct bytes line;
	int r = format_line(outputs->format, event, &line);

	return r < 0 ? r : add_line(outputs, line, count_events(event));
}

static int show_event(struct outputs *outputs, const struct event *event)
{
	bool is_wanted = outputs_are_wanted(outputs);
	int r = 0;

	outputs->counts.shown += event->type == EVENT_LOST ? 0 : count_events(event);
	if (is_wanted)
		r = add_heading(outputs, event);
	if (r == 0 && outputs->held && event->id)
		r = add_held_lines(outputs, event->id);
	if (r == 0)
		r = recap_event(&outputs->recap, event, outputs->options.format.redaction);
	return r == 0 && is_wanted ? add_event_line(outputs, event) : r;
}

static int hold_event(struct outputs *outputs, const struct event *event)
{
	struct bytes line;
	int64_t given_up;
	int r = format_line(outputs->format, event, &line);

	if (r < 0)
		return r;
	given_up = held_lines_add(outputs->held, event->within, line);
	if (given_up < 0)
		return (int)given_up;
	outputs->counts.given_up += (uint64_t)given_up;
	return 0;
}

/* Adds the event, and what was held for it, to those that are not shown. */
static void leave_out(struct outputs *outputs, const struct event *event, uint64_t *count)
{
	struct batch lines = { 0 };

	if (event->id)
		held_lines_take(outputs->held, event->id, &lines);
	*count += 1 + lines.events;
	batch_finish(&lines);
}

static int filter_event(struct outputs *outputs, const struct event *event)
{
	struct bytes json;
	int r = format_line(outputs->aside, event, &json);

	if (r < 0)
		return r;
	switch (filter_judge(outputs->filter, event, json, clock_monotonic())) {
	case FILTER_OUT:
		leave_out(outputs, event, &outputs->counts.filtered);
		return 0;
	case FILTER_OVER:
		leave_out(outputs, event, &outputs->counts.over_rate);
		return 0;
	case FILTER_HOLD:
		return hold_event(outputs, event);
	default:
		return show_event(outputs, event);
	}
}

static int write_event(struct outputs *outputs, const struct event *event)
{
	return outputs->filter ? filter_event(outputs, event) : show_event(outputs, event);
}

int outputs_event(struct outputs *outputs, const struct event *event)
{
	int r = write_event(outputs, event);

	if (r == 0 && event->type == EVENT_ATTACH)
		r = target_list_add(&outputs->targets, event->process);
	if (event->type == EVENT_DETACH)
		target_list_remove(&outputs->targets, event->process);
	return r;
}

static int write_summary(struct outputs *outputs, struct text_buffer *text)
{
	struct batch batch = { 0 };
	int r;

	if (text->failed)
		return -ENOMEM;
	if (!text->size)
		return 0;
	r = batch_add(&batch, (struct bytes){ (const uint8_t *)text->data, text->size }, 0);
	if (r == 0)
		r = sink_write(outputs->sinks[STANDARD_OUTPUT], &batch);
	batch_finish(&batch);
	return r;
}

int outputs_summarize(struct outputs *outputs)
{
	struct text_buffer text = { 0 };
	int r;

	recap_write(&outputs->recap, &text);
	r = write_summary(outputs, &text);
	text_buffer_release(&text);
	return r;
}

/* Each sink gets the lines, even if another one failed. The first failure is returned. */
int outputs_flush(struct outputs *outputs)
{
	int result = 0;

	if (outputs->batch.size == 0)
		return 0;
	for (size_t i = 0; i < OUTPUT_COUNT; i++) {
		int r = gets_events(outputs, i) ? sink_write(outputs->sinks[i], &outputs->batch) :
						  0;

		if (result == 0)
			result = r;
	}
	batch_clear(&outputs->batch);
	return result;
}

struct outputs_counts outputs_count_events(const struct outputs *outputs)
{
	struct outputs_counts counts = outputs->counts;

	if (outputs->held)
		counts.filtered += held_lines_count(outputs->held);
	return counts;
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
