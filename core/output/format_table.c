/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "arguments_json.h"
#include "array.h"
#include "escape.h"
#include "format.h"
#include "format_type.h"
#include "redacted_text.h"

static const int64_t SECOND = 1000000000;

/* Rows for people: fixed columns, the path at the end because it may be long. */
struct table_format {
	struct format format;
	const struct redaction *redaction;
	bool links;
	bool headed; /* the heading was written */
	char *line;
	size_t size, capacity;
	struct json_writer *writer; /* for captured values */
};

static bool reserve(struct table_format *table, size_t more)
{
	char *line = array_reserve(table->line, table->size + more, 256, &table->capacity);

	if (line)
		table->line = line;
	return line;
}

static bool table_put(struct table_format *table, const char *text)
{
	size_t size = strlen(text);

	if (!reserve(table, size))
		return false;
	memcpy(table->line + table->size, text, size);
	table->size += size;
	return true;
}

static bool table_put_bytes(struct table_format *table, struct bytes bytes)
{
	if (!reserve(table, bytes.size))
		return false;
	memcpy(table->line + table->size, bytes.data, bytes.size);
	table->size += bytes.size;
	return true;
}

static bool put_padding(struct table_format *table, size_t columns, size_t width)
{
	if (!reserve(table, width + 1))
		return false;
	do {
		table->line[table->size++] = ' ';
	} while (++columns <= width);
	return true;
}

/* Writes text of a traced process, padded to `width` columns and a space; 0 for no padding. */
static bool table_put_text(struct table_format *table, const struct text *text, size_t width)
{
	size_t begin = table->size, size = text->size;

	if (text->presence != PRESENT)
		return table_put(table, "-") && (!width || put_padding(table, 1, width));
	if (text->size < text->length)
		size = escape_trim_cut(text->data, text->size);
	if (!reserve(table, size * ESCAPE_MAX_GROWTH))
		return false;
	table->size += escape(ESCAPE_TERMINAL, text->data, size, table->line + table->size);
	if (text->size < text->length && !table_put(table, "…"))
		return false;
	return !width ||
	       put_padding(table, escape_columns(table->line + begin, table->size - begin), width);
}

static bool put_name(struct table_format *table, const char *name, size_t width)
{
	struct text text = { PRESENT, name, strlen(name), strlen(name) };

	return table_put_text(table, &text, width);
}

/* Writes three digits: 482ns, 48.2µs, 1.23ms, 12.3s. */
static void format_duration(char *text, size_t size, int64_t nanoseconds)
{
	static const struct {
		double limit, unit;
		const char *name;
	} scales[] = {
		{ 1e3, 1, "ns" }, { 1e6, 1e3, "µs" }, { 1e9, 1e6, "ms" }, { 1e300, 1e9, "s" }
	};
	size_t scale = 0;
	double value;

	while (nanoseconds >= scales[scale].limit)
		scale++;
	value = nanoseconds / scales[scale].unit;
	snprintf(text, size, "%.*f%s",
		 scale == 0 || value >= 100 ? 0 :
		 value >= 10		    ? 1 :
					      2,
		 value, scales[scale].name);
}

static bool put_number(struct table_format *table, const struct integer *integer, size_t width)
{
	char text[24] = "-";

	if (integer->presence == PRESENT)
		snprintf(text, sizeof(text), "%lld", (long long)integer->value);
	return put_name(table, text, width);
}

static bool table_put_duration(struct table_format *table, const struct integer *duration,
			       size_t width)
{
	char text[24] = "-";

	if (duration->presence == PRESENT)
		format_duration(text, sizeof(text), duration->value);
	return put_name(table, text, width);
}

/*
 * Writes the request that the row is, or that it belongs to: the end of its id. A question mark follows if that is only
 * likely.
 */
static bool put_link(struct table_format *table, const struct event *event)
{
	uint64_t id = event->id ? event->id : event->within;
	bool is_known = event->id || event->within_by != LINK_NONE;
	char text[16] = "-";

	if (!table->links)
		return true;
	if (is_known)
		snprintf(text, sizeof(text), "%08x%s", (uint32_t)id,
			 event->within_by == LINK_PARENT ? "?" : "");
	return put_name(table, text, 9);
}

static bool put_head(struct table_format *table, const struct event *event)
{
	/* Rounded down, also before 1970. */
	int64_t fraction = (event->time % SECOND + SECOND) % SECOND;
	time_t second = event->time / SECOND - (event->time % SECOND < 0);
	char text[40];
	struct tm date;
	size_t used;

	localtime_r(&second, &date);
	used = strftime(text, sizeof(text), "%H:%M:%S", &date);
	snprintf(text + used, sizeof(text) - used, ".%06d", (int)(fraction / 1000));
	if (!put_name(table, text, 15))
		return false;
	snprintf(text, sizeof(text), "%u", event->process->pid);
	return put_name(table, text, 7) && put_name(table, event->process->comm, 15) &&
	       put_link(table, event);
}

/* Writes text without its secrets. */
static bool put_redacted(struct table_format *table, const struct text *text, bool is_query)
{
	bool is_cut = text->presence == PRESENT && text->size < text->length, done;
	size_t size = is_cut ? escape_trim_cut(text->data, text->size) : text->size;
	struct redacted_text redacted = (is_query ? redacted_text_make_query : redacted_text_make)(
		table->redaction, text->data, size, is_cut);
	struct text shown = { text->presence, redacted.data, (uint32_t)redacted.size,
			      redacted.size + is_cut };

	done = table_put_text(table, &shown, 0);
	redacted_text_release(&redacted);
	return done;
}

static bool table_put_target(struct table_format *table, const struct event *event)
{
	return put_redacted(table, &event->path, false) &&
	       (event->query.presence != PRESENT || event->query.length == 0 ||
		(table_put(table, "?") && put_redacted(table, &event->query, true)));
}

static const char *const outcome_names[] = {
	[OUTCOME_PANIC] = "panic", [OUTCOME_HIJACKED] = "hijack", [OUTCOME_EXITED] = "exited",
	[OUTCOME_UNKNOWN] = "-",   [OUTCOME_OPEN] = "open",	  [OUTCOME_CANCELED] = "gone",
	[OUTCOME_ERROR] = "error",
};

/* The HTTP status of a gRPC call says nothing about its success. */
static bool put_call_status(struct table_format *table, const struct integer *code)
{
	char text[32] = "rpc -";

	if (code->presence == PRESENT)
		snprintf(text, sizeof(text), "rpc %lld", (long long)code->value);
	return put_name(table, text, 6);
}

static bool put_status(struct table_format *table, const struct event *event)
{
	if (event->outcome == OUTCOME_OK && event->grpc_status.presence != ABSENT)
		return put_call_status(table, &event->grpc_status);
	if (event->outcome == OUTCOME_OK)
		return put_number(table, &event->status, 6);
	return put_name(table, outcome_names[event->outcome], 6);
}

static bool table_put_arguments(struct table_format *table, const struct event *event)
{
	struct argument_cuts cuts;
	struct bytes text;

	cuts.count = 0;
	json_writer_clear(table->writer);
	arguments_write_text(table->writer, event->arguments, event->results, &cuts);
	return json_writer_finish(table->writer, "", &text) == 0 && table_put_bytes(table, text);
}

/* Writes the error of a request that the program made. */
static bool table_put_error(struct table_format *table, const struct event *event)
{
	struct argument_cuts cuts;
	struct bytes text;

	if (event->outcome != OUTCOME_ERROR || !arguments_have_result(event->results))
		return true;
	cuts.count = 0;
	json_writer_clear(table->writer);
	arguments_write_results(table->writer, event->arguments, event->results, &cuts);
	return json_writer_finish(table->writer, "", &text) == 0 && table_put(table, " error=") &&
	       table_put_bytes(table, text);
}

/* The arrow marks a request that the program made. */
static bool put_method(struct table_format *table, const struct event *event)
{
	return (event->type != EVENT_CLIENT || table_put(table, "→")) &&
	       table_put_text(table, &event->method, event->type == EVENT_CLIENT ? 6 : 7);
}

static bool put_captured(struct table_format *table, const struct event *event)
{
	return event->type == EVENT_CLIENT ? table_put_error(table, event) :
					     table_put_arguments(table, event);
}

static bool put_request_heading(struct table_format *table)
{
	return table_put(table, "TIME            PID     COMM            ") &&
	       (!table->links || table_put(table, "REQUEST   ")) &&
	       table_put(table, "STATUS DURATION  BYTES   HOST"
				"                     METHOD  PATH\n");
}

static bool put_request(struct table_format *table, const struct event *event)
{
	return put_head(table, event) && put_status(table, event) &&
	       table_put_duration(table, &event->duration, 9) &&
	       put_number(table, &event->response_bytes, 7) &&
	       table_put_text(table, &event->host, 24) && put_method(table, event) &&
	       table_put_target(table, event) && put_captured(table, event);
}

/* Returns whether the function has an *http.Request as a parameter. */
static bool has_request(const struct event *event)
{
	return event->method.presence != ABSENT || event->path.presence != ABSENT;
}

static bool put_call_heading(struct table_format *table, const struct event *event)
{
	return table_put(table,
			 "TIME            PID     COMM            FUNCTION                 ") &&
	       (!event->awaits_return || table_put(table, "DURATION  ")) &&
	       table_put(table, has_request(event) ? "METHOD  PATH\n" : "ARGUMENTS\n");
}

/* Writes the duration of the call, or how it ended otherwise. */
static bool put_return(struct table_format *table, const struct event *event)
{
	if (!event->awaits_return)
		return true;
	if (event->outcome != OUTCOME_OK)
		return put_name(table, outcome_names[event->outcome], 9);
	return table_put_duration(table, &event->duration, 9);
}

/* Writes a call in the columns of requests. */
static bool put_call_among_requests(struct table_format *table, const struct event *event)
{
	bool has_outcome = event->awaits_return && event->outcome != OUTCOME_OK;

	return put_head(table, event) &&
	       put_name(table, has_outcome ? outcome_names[event->outcome] : "-", 6) &&
	       table_put_duration(table, &event->duration, 9) && put_name(table, "-", 7) &&
	       put_name(table, "-", 24) && put_name(table, "call", 7) &&
	       put_name(table, event->function, 0) && table_put_arguments(table, event);
}

static bool put_call(struct table_format *table, const struct event *event)
{
	if (!put_head(table, event) || !put_name(table, event->function, 24) ||
	    !put_return(table, event))
		return false;
	if (has_request(event) &&
	    (!table_put_text(table, &event->method, 7) || !table_put_target(table, event)))
		return false;
	return table_put_arguments(table, event);
}

static bool end_row(struct table_format *table)
{
	while (table->size && table->line[table->size - 1] == ' ')
		table->size--;
	return table_put(table, "\n");
}

static bool has_row(const struct event *event)
{
	return event->type == EVENT_REQUEST || event->type == EVENT_CLIENT ||
	       event->type == EVENT_CALL;
}

static bool put_heading(struct table_format *table, const struct event *event)
{
	return event->type != EVENT_CALL || event->among_requests ? put_request_heading(table) :
								    put_call_heading(table, event);
}

static bool put_row(struct table_format *table, const struct event *event)
{
	if (event->type != EVENT_CALL)
		return put_request(table, event);
	return event->among_requests ? put_call_among_requests(table, event) :
				       put_call(table, event);
}

/* Events without a row (targets that start and end, losses) are reported on stderr: their line is empty here. */
static int table_line(struct format *format, const struct event *event, struct bytes *ret_line)
{
	struct table_format *table = (struct table_format *)format;
	bool done = true;

	table->size = 0;
	if (has_row(event))
		done = (table->headed || put_heading(table, event)) && put_row(table, event) &&
		       end_row(table);
	if (!done)
		return -ENOMEM;
	table->headed = table->headed || table->size > 0;
	*ret_line =
		(struct bytes){ (const uint8_t *)(table->line ? table->line : ""), table->size };
	return 0;
}

static void table_destroy(struct format *format)
{
	struct table_format *table = (struct table_format *)format;

	json_writer_destroy(table->writer);
	free(table->line);
	free(table);
}

int format_create_table(const struct format_options *options, struct format **ret_format)
{
	struct table_format *table = calloc(1, sizeof(*table));

	if (!table)
		return -ENOMEM;
	table->redaction = options->redaction;
	table->links = options->links;
	table->format = (struct format){ .line = table_line, .destroy = table_destroy };
	if (json_writer_create(&table->writer) < 0) {
		free(table);
		return -ENOMEM;
	}
	*ret_format = &table->format;
	return 0;
}
