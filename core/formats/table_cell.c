/* SPDX-License-Identifier: MIT */
/* What stands in a column of a table for an event. */
#include "table_cell.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "arguments_json.h"
#include "duration_text.h"
#include "escape.h"
#include "redacted_text.h"

static const int64_t SECOND = 1000000000, SLOW = 100000000;

static const char *const outcome_names[] = {
	[OUTCOME_PANIC] = "panic", [OUTCOME_HIJACKED] = "hijack", [OUTCOME_EXITED] = "exited",
	[OUTCOME_UNKNOWN] = "-",   [OUTCOME_OPEN] = "open",	  [OUTCOME_CANCELED] = "gone",
	[OUTCOME_ERROR] = "error",
};

static bool put_word(struct table_cell *cell, const char *word)
{
	struct text text = { PRESENT, word, strlen(word), strlen(word) };

	return table_line_put_text(cell->line, &text);
}

static bool put_integer_cell(struct table_cell *cell, const struct integer *integer)
{
	char text[24] = "-";

	if (integer->presence == PRESENT)
		snprintf(text, sizeof(text), "%lld", (long long)integer->value);
	return put_word(cell, text);
}

static bool put_unsigned(struct table_cell *cell, uint64_t number)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	return put_word(cell, text);
}

/* ---- times ---- */

/* The second and the nanosecond in it, rounded down, also before 1970. */
static int64_t second_of(int64_t time)
{
	return time / SECOND - (time % SECOND < 0);
}

static int fraction_of(int64_t time)
{
	return (int)((time % SECOND + SECOND) % SECOND);
}

static bool put_clock(struct table_cell *cell, int64_t time)
{
	time_t second = second_of(time);
	char text[40];
	struct tm date;
	size_t used;

	localtime_r(&second, &date);
	used = strftime(text, sizeof(text), "%H:%M:%S", &date);
	snprintf(text + used, sizeof(text) - used, ".%06d", fraction_of(time) / 1000);
	return put_word(cell, text);
}

static bool put_time_cell(struct table_cell *cell, int64_t time)
{
	double delta = cell->last_time ? (double)(time - cell->last_time) / (double)SECOND : 0;
	char text[40];

	switch (cell->options->time_style) {
	case TIME_ISO:
		return put_word(cell, timestamp_format(cell->timestamp, time));
	case TIME_EPOCH:
		snprintf(text, sizeof(text), "%lld.%06d", (long long)second_of(time),
			 fraction_of(time) / 1000);
		return put_word(cell, text);
	case TIME_DELTA:
		snprintf(text, sizeof(text), "%+.6f", delta);
		return put_word(cell, text);
	default:
		return put_clock(cell, time);
	}
}

static bool put_duration(struct table_cell *cell, const struct integer *duration)
{
	if (duration->presence != PRESENT)
		return put_word(cell, "-");
	cell->color = duration->value >= SECOND ? COLOR_BAD :
		      duration->value >= SLOW	? COLOR_WARNING :
						  COLOR_NONE;
	return put_word(cell, duration_text(duration->value).text);
}

/* ---- requests ---- */

/*
 * Writes the request that the row is, or that it belongs to: the end of its id. A question mark follows if that is only
 * likely.
 */
static bool put_link(struct table_cell *cell, const struct event *event)
{
	uint64_t id = event->id ? event->id : event->within;
	bool is_known = event->id || event->within_by != LINK_NONE;
	char text[16] = "-";

	if (is_known)
		snprintf(text, sizeof(text), "%08x%s", (uint32_t)id,
			 event->within_by == LINK_PARENT ? "?" : "");
	return put_word(cell, text);
}

static enum table_color color_of_status(int64_t status)
{
	return status >= 500 ? COLOR_BAD :
	       status >= 400 ? COLOR_WARNING :
	       status >= 300 ? COLOR_NOTE :
			       COLOR_GOOD;
}

static enum table_color color_of_outcome(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_PANIC:
	case OUTCOME_ERROR:
	case OUTCOME_EXITED:
		return COLOR_BAD;
	case OUTCOME_CANCELED:
		return COLOR_WARNING;
	default:
		return COLOR_FAINT;
	}
}

/* The HTTP status of a gRPC call says nothing about its success. */
static bool put_grpc_status_cell(struct table_cell *cell, const struct integer *code)
{
	char text[32] = "rpc -";

	if (code->presence == PRESENT) {
		snprintf(text, sizeof(text), "rpc %lld", (long long)code->value);
		cell->color = code->value ? COLOR_BAD : COLOR_GOOD;
	}
	return put_word(cell, text);
}

static bool put_outcome_word(struct table_cell *cell, enum outcome outcome)
{
	cell->color = color_of_outcome(outcome);
	return put_word(cell, outcome_names[outcome]);
}

static bool put_status_cell(struct table_cell *cell, const struct event *event)
{
	if (event->type == EVENT_CALL)
		return event->awaits_return && event->outcome != OUTCOME_OK ?
			       put_outcome_word(cell, event->outcome) :
			       put_word(cell, "-");
	if (event->outcome != OUTCOME_OK)
		return put_outcome_word(cell, event->outcome);
	if (event->grpc_status.presence != ABSENT)
		return put_grpc_status_cell(cell, &event->grpc_status);
	if (event->status.presence == PRESENT)
		cell->color = color_of_status(event->status.value);
	return put_integer_cell(cell, &event->status);
}

static bool put_outcome_cell(struct table_cell *cell, const struct event *event)
{
	if (event->type == EVENT_CALL && !event->awaits_return)
		return put_word(cell, "-");
	return event->outcome == OUTCOME_OK ? put_word(cell, "ok") :
					      put_outcome_word(cell, event->outcome);
}

/* Of a call that did not return, how it ended otherwise stands here if the table has no status. */
static bool put_duration_cell(struct table_cell *cell, const struct event *event)
{
	bool is_alone = event->type == EVENT_CALL && !event->among_requests;

	if (is_alone && event->awaits_return && event->outcome != OUTCOME_OK)
		return put_outcome_word(cell, event->outcome);
	return put_duration(cell, &event->duration);
}

static bool put_protocol_cell(struct table_cell *cell, const struct event *event)
{
	char text[32] = "-";

	if (event->protocol)
		return put_word(cell, event->protocol);
	if (event->protocol_major.presence == PRESENT && event->protocol_minor.presence == PRESENT)
		snprintf(text, sizeof(text), "HTTP/%d.%d", (int)event->protocol_major.value,
			 (int)event->protocol_minor.value);
	return put_word(cell, text);
}

/* The arrow marks a request that the program made. */
static bool put_method(struct table_cell *cell, const struct event *event)
{
	if (event->type == EVENT_CALL && event->among_requests)
		return put_word(cell, "call");
	return (event->type != EVENT_CLIENT || table_line_put(cell->line, "→")) &&
	       table_line_put_text(cell->line, &event->method);
}

/* Writes text without its secrets. */
static bool put_redacted(struct table_cell *cell, const struct text *text, bool is_query)
{
	bool is_cut = text->presence == PRESENT && text->size < text->length, done;
	size_t size = is_cut ? escape_trim_cut(text->data, text->size) : text->size;
	struct redacted_text redacted = (is_query ? redacted_text_make_query : redacted_text_make)(
		cell->options->redaction, text->data, size, is_cut);
	struct text shown = { text->presence, redacted.data, (uint32_t)redacted.size,
			      redacted.size + is_cut };

	done = table_line_put_text(cell->line, &shown);
	redacted_text_release(&redacted);
	return done;
}

static bool put_target(struct table_cell *cell, const struct event *event)
{
	if (event->type == EVENT_CALL && event->among_requests)
		return put_word(cell, event->function);
	return put_redacted(cell, &event->path, false) &&
	       (event->query.presence != PRESENT || event->query.length == 0 ||
		(table_line_put(cell->line, "?") && put_redacted(cell, &event->query, true)));
}

/* ---- captures ---- */

static bool put_arguments(struct table_cell *cell, const struct event *event)
{
	struct argument_cuts cuts;
	struct bytes text;

	cuts.count = 0;
	json_writer_clear(cell->writer);
	arguments_write_text(cell->writer, event->arguments, event->results, &cuts);
	return json_writer_finish(cell->writer, "", &text) == 0 &&
	       table_line_put_bytes(cell->line, text);
}

/* Writes the error of a request that the program made. */
static bool put_error_cell(struct table_cell *cell, const struct event *event)
{
	struct argument_cuts cuts;
	struct bytes text;

	if (event->outcome != OUTCOME_ERROR || !arguments_have_result(event->results))
		return true;
	cuts.count = 0;
	json_writer_clear(cell->writer);
	arguments_write_results(cell->writer, event->arguments, event->results, &cuts);
	return json_writer_finish(cell->writer, "", &text) == 0 &&
	       table_line_put(cell->line, " error=") && table_line_put_bytes(cell->line, text);
}

static bool put_captures_cell(struct table_cell *cell, const struct event *event)
{
	return event->type == EVENT_CLIENT ? put_error_cell(cell, event) :
					     put_arguments(cell, event);
}

bool table_cell_put(struct table_cell *cell, const struct event *event, enum table_column column)
{
	cell->color = COLOR_NONE;
	switch (column) {
	case COLUMN_TIME:
		return put_time_cell(cell, event->time);
	case COLUMN_PID:
		return put_unsigned(cell, event->process->pid);
	case COLUMN_TID:
		return put_unsigned(cell, event->tid);
	case COLUMN_GOID:
		return put_integer_cell(cell, &event->goid);
	case COLUMN_COMM:
		return put_word(cell, event->process->comm);
	case COLUMN_EXE:
		return put_word(cell, event->process->exe);
	case COLUMN_REQUEST:
		return put_link(cell, event);
	case COLUMN_STATUS:
		return put_status_cell(cell, event);
	case COLUMN_OUTCOME:
		return put_outcome_cell(cell, event);
	case COLUMN_DURATION:
		return put_duration_cell(cell, event);
	case COLUMN_REQUEST_BYTES:
		return put_integer_cell(cell, &event->request_bytes);
	case COLUMN_RESPONSE_BYTES:
		return put_integer_cell(cell, &event->response_bytes);
	case COLUMN_HOST:
		return table_line_put_text(cell->line, &event->host);
	case COLUMN_REMOTE:
		return table_line_put_text(cell->line, &event->remote);
	case COLUMN_PROTOCOL:
		return put_protocol_cell(cell, event);
	case COLUMN_LIBRARY:
		return put_word(cell, event->library ? event->library : "-");
	case COLUMN_ROUTE:
		return table_line_put_text(cell->line, &event->route);
	case COLUMN_FUNCTION:
		return put_word(cell, event->function ? event->function : "-");
	case COLUMN_METHOD:
		return put_method(cell, event);
	case COLUMN_PATH:
		return put_target(cell, event);
	default:
		return put_captures_cell(cell, event);
	}
}
