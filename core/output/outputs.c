/* SPDX-License-Identifier: MIT */
#include "outputs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "batch.h"
#include "clock.h"
#include "format.h"
#include "otlp.h"
#include "recap.h"
#include "selection.h"
#include "sink_set.h"
#include "target_list.h"

enum {
	BATCH_SIZE = 64 * 1024, /* the capacity of a pipe; one write for many lines */
	BATCHES_A_BUFFER = 8,	/* at least, so that one lost batch is only a part of a buffer */
	LINES_OF_SPAN = 2,	/* of a held event, behind its line: see otlp_format() */
};

struct outputs {
	struct outputs_options options;
	struct format *format;
	/* The same for hello and lost lines, which are made while a line of `format` may be in use. */
	struct format *aside;
	struct format *judged; /* the JSON that conditions are about */
	struct sink_set sinks;
	struct otlp *otlp;	 /* owned by its sink; or NULL */
	struct text_buffer held; /* the lines of one event, with OTLP */
	struct batch batch;
	size_t batch_size; /* exceeded by one line at most */
	struct batch greeting;
	struct target_list targets; /* with an attach event and without a detach event */
	struct selection selection;
	uint64_t shown; /* requests and calls */
	struct recap recap;
};

/* ---- opening ---- */

/* Makes the first lines for a new reader, or of a new file. */
static struct batch *outputs_say_hello(void *user)
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

	batch_clear(&outputs->greeting);
	if (format_line(outputs->aside, &event, &line) < 0 ||
	    batch_add(&outputs->greeting, line, 0) < 0)
		return NULL;
	return &outputs->greeting;
}

/* Earlier events are not for the new reader. */
static struct batch *outputs_greet(void *user)
{
	outputs_flush(user);
	return outputs_say_hello(user);
}

static void outputs_on_failed(void *user, int error)
{
	struct outputs *outputs = user;

	outputs->options.failed(outputs->options.user, error);
}

static bool is_summary(const struct outputs_options *options)
{
	return options->standard == OUTPUTS_SUMMARY || options->standard == OUTPUTS_SUMMARY_JSON;
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
		.hello = outputs_say_hello,
		.user = outputs,
	};
	struct sink_set_options set = {
		.standard = options->standard != OUTPUTS_NONE && options->standard != OUTPUTS_VIEW,
		.summary = is_summary(options),
		.file = { options->file, options->file_size, options->old_files },
		.socket = { options->socket, options->socket_mode, options->socket_group },
		.otlp = outputs->otlp,
		.connections = options->connections,
		.connection_count = options->connection_count,
	};

	return sink_set_open(&outputs->sinks, &set, &sink, err);
}

static int open_otlp(struct outputs *outputs, struct error *err)
{
	const struct outputs_options *options = &outputs->options;
	struct otlp_options otlp = {
		.loop = options->loop,
		.endpoint = options->otlp,
		.origin = options->format.origin,
		.redaction = options->format.redaction,
		.version = options->version,
		.limit = options->reader_buffer,
		.notifier = options->notifier,
	};

	return options->otlp ? otlp_open(&otlp, &outputs->otlp, err) : 0;
}

static int open_formats(struct outputs *outputs)
{
	const struct format_options *options = &outputs->options.format;
	int (*create)(const struct format_options *options, struct format **ret_format) =
		outputs->options.otel ? format_create_otel : format_create_json;
	int r = create(options, &outputs->aside);

	if (r == 0)
		r = format_create_json(options, &outputs->judged);
	if (r == 0)
		r = (outputs->options.standard == OUTPUTS_TABLE ? format_create_table : create)(
			options, &outputs->format);
	return r;
}

static int open_recap(struct outputs *outputs)
{
	const struct outputs_options *options = &outputs->options;

	if (options->standard == OUTPUTS_VIEW)
		recap_open_viewer(&outputs->recap, options->viewer, options->viewer_user);
	if (!is_summary(options))
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
		r = selection_open(&outputs->selection, &options->filter);
	if (r == 0)
		r = open_recap(outputs);
	r = r < 0 ? error_fail(err, r, "out of memory") : open_otlp(outputs, err);
	if (r == 0)
		r = open_sinks(outputs, err);
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
	sink_set_close(&outputs->sinks);
	format_destroy(outputs->format);
	format_destroy(outputs->aside);
	format_destroy(outputs->judged);
	selection_close(&outputs->selection);
	recap_close(&outputs->recap);
	batch_finish(&outputs->batch);
	batch_finish(&outputs->greeting);
	text_buffer_release(&outputs->held);
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

/* Takes as many lines off the beginning. */
static struct bytes take_lines(struct bytes *lines, size_t count)
{
	struct bytes taken = { lines->data, 0 };

	while (count-- && lines->size) {
		const uint8_t *end = memchr(lines->data, '\n', lines->size);
		size_t size = (size_t)(end - lines->data) + 1;

		taken.size += size;
		lines->data += size;
		lines->size -= size;
	}
	return taken;
}

/* Shows an event that was held: together they may be more than a reader's buffer takes at once. */
static int show_held(struct outputs *outputs, struct bytes *lines)
{
	struct bytes line = take_lines(lines, 1);
	int r = recap_lines(&outputs->recap, line);

	if (r == 0 && sink_set_wants(&outputs->sinks))
		r = add_line(outputs, line, 1);
	if (r == 0 && outputs->otlp && otlp_makes_spans(outputs->otlp))
		r = otlp_add_span(outputs->otlp, take_lines(lines, LINES_OF_SPAN));
	return r;
}

/* Shows what was held for this request. */
static int add_held_lines(struct outputs *outputs, uint64_t id)
{
	struct batch held;
	struct bytes lines;
	int r = 0;

	if (!selection_take_held(&outputs->selection, id, &held))
		return 0;
	lines = (struct bytes){ held.data, held.size };
	outputs->shown += held.events;
	while (r == 0 && lines.size)
		r = show_held(outputs, &lines);
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
	bool is_wanted = sink_set_wants(&outputs->sinks);
	int r = 0;

	outputs->shown += event->type == EVENT_LOST ? 0 : count_events(event);
	if (is_wanted)
		r = add_heading(outputs, event);
	if (r == 0 && !selection_is_all(&outputs->selection) && event->id)
		r = add_held_lines(outputs, event->id);
	if (r == 0)
		r = recap_event(&outputs->recap, event, outputs->options.format.redaction);
	if (r == 0 && outputs->otlp)
		r = otlp_event(outputs->otlp, event);
	return r == 0 && is_wanted ? add_event_line(outputs, event) : r;
}

/* With OTLP, the lines of the span follow the line of the event. */
static int add_span_lines(struct outputs *outputs, const struct event *event, struct bytes *line)
{
	struct bytes span;
	int r = otlp_format(outputs->otlp, event, &span);

	if (r < 0)
		return r;
	outputs->held.size = 0;
	outputs->held.failed = false;
	text_buffer_add(&outputs->held, (const char *)line->data, line->size);
	text_buffer_add(&outputs->held, (const char *)span.data, span.size);
	*line = (struct bytes){ (const uint8_t *)outputs->held.data, outputs->held.size };
	return outputs->held.failed ? -ENOMEM : 0;
}

static int hold_event(struct outputs *outputs, const struct event *event)
{
	struct bytes line;
	int r = format_held_line(outputs->format, event, &line);

	if (r == 0 && outputs->otlp)
		r = add_span_lines(outputs, event, &line);
	return r < 0 ? r : selection_hold(&outputs->selection, event, line);
}

static int select_event(struct outputs *outputs, const struct event *event)
{
	struct bytes json;
	int r = format_line(outputs->judged, event, &json);

	if (r < 0)
		return r;
	switch (selection_judge(&outputs->selection, event, json)) {
	case FILTER_OUT:
	case FILTER_OVER:
		return 0;
	case FILTER_HOLD:
		return hold_event(outputs, event);
	default:
		return show_event(outputs, event);
	}
}

static int write_event(struct outputs *outputs, const struct event *event)
{
	return selection_is_all(&outputs->selection) ? show_event(outputs, event) :
						       select_event(outputs, event);
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
		r = sink_set_write_summary(&outputs->sinks, &batch);
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

int outputs_flush(struct outputs *outputs)
{
	int r;

	if (outputs->batch.size == 0)
		return 0;
	r = sink_set_write(&outputs->sinks, &outputs->batch);
	batch_clear(&outputs->batch);
	return r;
}

struct outputs_counts outputs_count_events(const struct outputs *outputs)
{
	return (struct outputs_counts){
		.shown = outputs->shown,
		.filtered = selection_count_filtered(&outputs->selection),
		.over_rate = outputs->selection.over_rate,
		.given_up = outputs->selection.given_up,
	};
}

struct sink_counts outputs_count(const struct outputs *outputs)
{
	return sink_set_count(&outputs->sinks);
}

int outputs_finish(struct outputs *outputs, struct error *err)
{
	return sink_set_finish(&outputs->sinks, err);
}
