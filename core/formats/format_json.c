/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "arguments_json.h"
#include "format.h"
#include "format_type.h"
#include "grpc_status.h"
#include "json_value.h"
#include "json_writer.h"
#include "outcome_name.h"
#include "text_buffer.h"
#include "timestamp.h"

struct json_format {
	struct format format;
	struct json_writer *writer;
	const struct redaction *redaction;
	struct timestamp timestamp;
	struct text_buffer origin; /* its members, rendered once */
	struct argument_cuts cuts; /* of the current line */
};

static void put_text_member(struct json_format *json, const char *key, size_t key_size,
			    const struct text *text, bool leave_out_empty, enum secrets secrets)
{
	if (text->presence == ABSENT ||
	    (leave_out_empty && text->presence == PRESENT && !text->length))
		return;
	json_plain(json->writer, key, key_size);
	if (text->presence == UNREADABLE)
		json_null(json->writer);
	else
		json_text(json->writer, json->redaction, text, secrets);
}

static void put_integer_member(struct json_format *json, const char *key, size_t key_size,
			       const struct integer *integer)
{
	if (integer->presence == ABSENT)
		return;
	json_plain(json->writer, key, key_size);
	if (integer->presence == UNREADABLE || !integer_is_exact(integer->value))
		json_null(json->writer);
	else
		json_integer(json->writer, integer->value);
}

#define put_text(json, key, text, secrets) \
	put_text_member(json, key, sizeof(key) - 1, text, false, secrets)
#define put_text_unless_empty(json, key, text, secrets) \
	put_text_member(json, key, sizeof(key) - 1, text, true, secrets)
#define put_number(json, key, integer) put_integer_member(json, key, sizeof(key) - 1, integer)

static bool is_digit(int64_t value)
{
	return value >= 0 && value <= 9;
}

/* A request may contain any numbers. Numbers of one digit are written faster. */
static void put_protocol_version(struct json_format *json, int64_t major, int64_t minor)
{
	char text[48] = "HTTP/0.0";

	if (is_digit(major) && is_digit(minor)) {
		text[5] = (char)('0' + major);
		text[7] = (char)('0' + minor);
		json_plain(json->writer, text, 8);
	} else {
		json_plain(json->writer, text,
			   (size_t)snprintf(text, sizeof(text), "HTTP/%d.%d", (int)major,
					    (int)minor));
	}
}

static void put_protocol(struct json_format *json, const struct event *event)
{
	if (event->protocol) {
		json_key(json->writer, "protocol");
		json_name(json->writer, event->protocol);
		return;
	}
	if (event->protocol_major.presence == ABSENT || event->protocol_minor.presence == ABSENT)
		return;
	json_key(json->writer, "protocol");
	if (event->protocol_major.presence != PRESENT ||
	    event->protocol_minor.presence != PRESENT) {
		json_null(json->writer);
		return;
	}
	put_protocol_version(json, event->protocol_major.value, event->protocol_minor.value);
}

static void put_library(struct json_format *json, const struct event *event)
{
	if (!event->library)
		return;
	json_key(json->writer, "library");
	json_name(json->writer, event->library);
}

/* The code of a call's status and its name. A code without a name has only the former. */
static void put_grpc_status(struct json_format *json, const struct integer *code)
{
	const char *name = code->presence == PRESENT ? grpc_status_name(code->value) : NULL;

	put_number(json, "grpc_status", code);
	if (!name)
		return;
	json_key(json->writer, "grpc_status_name");
	json_name(json->writer, name);
}

static void put_scheme(struct json_format *json, const struct integer *tls)
{
	if (tls->presence == ABSENT)
		return;
	json_key(json->writer, "scheme");
	if (tls->presence == UNREADABLE)
		json_null(json->writer);
	else if (tls->value)
		json_key(json->writer, "https");
	else
		json_key(json->writer, "http");
}

/* Adds a truncated value to the list, which the first one opens. */
static void put_cut(struct json_format *json, bool *any, const char *name)
{
	if (!*any) {
		json_key(json->writer, "truncated");
		json_open_list(json->writer);
		*any = true;
	}
	json_name(json->writer, name);
}

static void put_truncated(struct json_format *json, const struct event *event)
{
	const struct {
		const char *key, *length_key;
		const struct text *text;
	} texts[] = {
		{ "method", "method_bytes", &event->method },
		{ "path", "path_bytes", &event->path },
		{ "query", "query_bytes", &event->query },
		{ "route", "route_bytes", &event->route },
		{ "host", "host_bytes", &event->host },
		{ "remote", "remote_bytes", &event->remote },
	};
	bool any = false;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (text_is_cut(texts[i].text))
			put_cut(json, &any, texts[i].key);
	}
	for (size_t i = 0; i < json->cuts.count; i++)
		put_cut(json, &any, json->cuts.paths[i]);
	if (!any)
		return;
	json_close_list(json->writer);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!text_is_cut(texts[i].text))
			continue;
		json_plain(json->writer, texts[i].length_key, strlen(texts[i].length_key));
		json_integer(json->writer, (int64_t)texts[i].text->length);
	}
}

/* The length is negative if it was not declared, and is then left out. */
static void put_request_bytes(struct json_format *json, const struct integer *bytes)
{
	if (bytes->presence != PRESENT || bytes->value >= 0)
		put_number(json, "request_bytes", bytes);
}

static void put_request_members(struct json_format *json, const struct event *event)
{
	put_text(json, "method", &event->method, NO_SECRETS);
	put_text(json, "path", &event->path, SECRETS_OF_PATH);
	put_text_unless_empty(json, "query", &event->query, SECRETS_OF_QUERY);
	put_text_unless_empty(json, "route", &event->route, NO_SECRETS);
	put_text_unless_empty(json, "host", &event->host, NO_SECRETS);
	put_protocol(json, event);
	put_library(json, event);
	put_scheme(json, &event->tls);
	put_text(json, "scheme", &event->scheme, NO_SECRETS);
	put_text_unless_empty(json, "remote", &event->remote, NO_SECRETS);
}

static const char *const type_names[] = {
	[EVENT_REQUEST] = "request", [EVENT_CLIENT] = "client", [EVENT_CALL] = "call",
	[EVENT_LOST] = "lost",	     [EVENT_ATTACH] = "attach", [EVENT_DETACH] = "detach",
	[EVENT_HELLO] = "hello",
};

static const char *const link_names[] = {
	[LINK_CONTEXT] = "context",
	[LINK_GOROUTINE] = "goroutine",
};

static void json_put_target(struct json_format *json, const struct process_identity *process)
{
	json_key(json->writer, "go");
	json_name(json->writer, process->go_version);
	json_key(json->writer, "abi");
	json_name(json->writer, process->convention);
}

static void put_unseen(struct json_format *json, const struct process_identity *process)
{
	if (process->unseen_count == 0)
		return;
	json_key(json->writer, "unseen");
	json_open_list(json->writer);
	for (size_t i = 0; i < process->unseen_count; i++)
		json_name(json->writer, process->unseen[i]);
	json_close_list(json->writer);
}

/* Writes the id of a request, and the request that another one was made for. */
static void put_links(struct json_format *json, const struct event *event)
{
	if (event->id) {
		json_key(json->writer, "id");
		json_id(json->writer, event->id);
	}
	switch (event->within_by) {
	case LINK_NONE:
		break;
	case LINK_PARENT:
		json_key(json->writer, "in_maybe");
		json_id(json->writer, event->within);
		break;
	case LINK_CONTEXT:
	case LINK_GOROUTINE:
		json_key(json->writer, "in");
		json_id(json->writer, event->within);
		json_key(json->writer, "in_by");
		json_name(json->writer, link_names[event->within_by]);
	}
}

/* Writes the trace that a request belongs to, and a span of it. */
static void put_trace(struct json_format *json, const struct event *event)
{
	const struct traceparent *trace = &event->trace;

	if (trace->presence != PRESENT)
		return;
	json_key(json->writer, "trace_id");
	json_plain(json->writer, trace->trace_id, TRACE_ID_SIZE);
	if (event->type == EVENT_CLIENT)
		json_key(json->writer, "span_id");
	else
		json_key(json->writer, "parent_span_id");
	json_plain(json->writer, trace->span_id, SPAN_ID_SIZE);
	json_key(json->writer, "sampled");
	json_bool(json->writer, trace->sampled);
}

static void put_process(struct json_format *json, const struct event *event)
{
	const struct process_identity *process = event->process;

	if (!process)
		return;
	json_key(json->writer, "pid");
	json_integer(json->writer, process->pid);
	if (event->type == EVENT_REQUEST || event->type == EVENT_CLIENT ||
	    event->type == EVENT_CALL) {
		json_key(json->writer, "tid");
		json_integer(json->writer, event->tid);
		put_number(json, "goid", &event->goid);
	}
	json_key(json->writer, "comm");
	json_name(json->writer, process->comm);
	json_key(json->writer, "exe");
	json_name(json->writer, process->exe);
	if (process->container) {
		json_key(json->writer, "container");
		json_name(json->writer, process->container);
	}
	put_links(json, event);
	put_trace(json, event);
	if (event->type == EVENT_ATTACH || event->type == EVENT_DETACH)
		json_put_target(json, process);
	if (event->type == EVENT_ATTACH)
		put_unseen(json, process);
}

static void put_hello(struct json_format *json, const struct event *event)
{
	json_key(json->writer, "version");
	json_name(json->writer, event->version);
	json_key(json->writer, "schema");
	json_integer(json->writer, EVENT_SCHEMA);
	json_key(json->writer, "targets");
	json_open_list(json->writer);
	for (size_t i = 0; i < event->target_count; i++) {
		struct event target = { .type = EVENT_ATTACH, .process = event->targets[i] };

		json_open_object(json->writer);
		put_process(json, &target);
		json_close_object(json->writer);
	}
	json_close_list(json->writer);
}

/* Writes the captures of the start of the call and, under the same key, its named results. */
static void json_put_arguments(struct json_format *json, const struct event *event)
{
	if (!event->arguments && !arguments_have_named(event->results))
		return;
	json_key(json->writer, "args");
	arguments_write(json->writer, event->arguments, event->results, &json->cuts);
}

/* Writes the user's captures of a request and its response, in addition to the default keys. */
static void put_captures(struct json_format *json, const struct event *event)
{
	if (arguments_have_expressions(event->arguments) ||
	    arguments_have_expressions(event->results)) {
		json_key(json->writer, "captures");
		json_open_object(json->writer);
		if (arguments_have_expressions(event->arguments))
			arguments_write_expressions(json->writer, event->arguments, &json->cuts);
		if (arguments_have_expressions(event->results))
			arguments_write_expressions(json->writer, event->results, &json->cuts);
		json_close_object(json->writer);
	}
	if (arguments_have_headers(event->arguments)) {
		json_key(json->writer, "request_headers");
		json_open_object(json->writer);
		arguments_write_request_headers(json->writer, event->arguments, &json->cuts);
		json_close_object(json->writer);
	}
	if (arguments_have_headers(event->results)) {
		json_key(json->writer, "response_headers");
		json_open_object(json->writer);
		arguments_write_response_headers(json->writer, event->results, &json->cuts);
		json_close_object(json->writer);
	}
}

/* Writes the results of a call whose return was awaited, if the function has results. */
static void put_results(struct json_format *json, const struct event *event)
{
	if (arguments_have_result(event->results)) {
		json_key(json->writer, "ret");
		arguments_write_results(json->writer, event->arguments, event->results,
					&json->cuts);
	}
}

/* Writes the error that a client returned: its type, and its text or its value. */
static void put_error(struct json_format *json, const struct event *event)
{
	if (event->outcome != OUTCOME_ERROR || !arguments_have_result(event->results))
		return;
	json_key(json->writer, "error");
	arguments_write_results(json->writer, event->arguments, event->results, &json->cuts);
}

static void put_outcome(struct json_format *json, const struct event *event)
{
	json_key(json->writer, "outcome");
	json_name(json->writer, outcome_name(event->outcome));
}

static void put_members(struct json_format *json, const struct event *event)
{
	json_key(json->writer, "type");
	json_name(json->writer, type_names[event->type]);
	json_key(json->writer, "time");
	json_plain(json->writer, timestamp_format(&json->timestamp, event->time), TIMESTAMP_SIZE);
	if (json->origin.size)
		json_members(json->writer, json->origin.data, json->origin.size);
	put_process(json, event);
	switch (event->type) {
	case EVENT_CALL:
		json_key(json->writer, "function");
		json_name(json->writer, event->function);
		json_put_arguments(json, event);
		put_request_members(json, event);
		if (event->awaits_return) {
			put_results(json, event);
			put_number(json, "duration_ns", &event->duration);
		}
		put_request_bytes(json, &event->request_bytes);
		if (event->awaits_return)
			put_outcome(json, event);
		put_truncated(json, event);
		break;
	case EVENT_CLIENT:
		put_request_members(json, event);
		put_number(json, "status", &event->status);
		put_grpc_status(json, &event->grpc_status);
		put_number(json, "duration_ns", &event->duration);
		put_request_bytes(json, &event->request_bytes);
		put_error(json, event);
		put_outcome(json, event);
		put_truncated(json, event);
		break;
	case EVENT_REQUEST:
		put_request_members(json, event);
		put_number(json, "status", &event->status);
		put_grpc_status(json, &event->grpc_status);
		put_number(json, "duration_ns", &event->duration);
		put_request_bytes(json, &event->request_bytes);
		put_number(json, "response_bytes", &event->response_bytes);
		put_number(json, "client_count", &event->client_count);
		put_number(json, "client_ns", &event->client_duration);
		put_outcome(json, event);
		put_captures(json, event);
		put_truncated(json, event);
		break;
	case EVENT_LOST:
		json_key(json->writer, "count");
		json_integer(json->writer, (int64_t)event->count);
		json_key(json->writer, "where");
		json_name(json->writer, event->where);
		break;
	case EVENT_HELLO:
		put_hello(json, event);
		break;
	case EVENT_ATTACH:
	case EVENT_DETACH:
		break;
	}
}

static int json_line(struct format *format, const struct event *event, struct bytes *ret_line)
{
	struct json_format *json = (struct json_format *)format;

	json_writer_clear(json->writer);
	json->cuts.count = 0;
	json_open_object(json->writer);
	put_members(json, event);
	json_close_object(json->writer);
	return json_writer_finish(json->writer, "\n", ret_line);
}

static void json_destroy(struct format *format)
{
	struct json_format *json = (struct json_format *)format;

	json_writer_destroy(json->writer);
	text_buffer_release(&json->origin);
	free(json);
}

static void put_labels(struct json_format *json, const struct origin *origin)
{
	json_key(json->writer, "labels");
	json_open_object(json->writer);
	for (size_t i = 0; i < origin->label_count; i++) {
		json_bytes(json->writer, origin->labels[i].key, origin->labels[i].key_size);
		json_name(json->writer, origin->labels[i].value);
	}
	json_close_object(json->writer);
}

/* Keeps the members without the braces around them. */
static int json_render_origin(struct json_format *json, const struct origin *origin)
{
	struct bytes text;
	int r;

	json_open_object(json->writer);
	if (origin->node[0]) {
		json_key(json->writer, "node");
		json_name(json->writer, origin->node);
	}
	if (origin->label_count)
		put_labels(json, origin);
	json_close_object(json->writer);
	r = json_writer_finish(json->writer, "", &text);
	if (r == 0)
		text_buffer_add(&json->origin, (const char *)text.data + 1, text.size - 2);
	return r < 0 || json->origin.failed ? -ENOMEM : 0;
}

int format_create_json(const struct format_options *options, struct format **ret_format)
{
	struct json_format *json = calloc(1, sizeof(*json));

	if (!json)
		return -ENOMEM;
	json->redaction = options->redaction;
	json->format = (struct format){ .line = json_line, .destroy = json_destroy };
	if (json_writer_create(&json->writer) < 0) {
		free(json);
		return -ENOMEM;
	}
	if (options->origin && json_render_origin(json, options->origin) < 0) {
		json_destroy(&json->format);
		return -ENOMEM;
	}
	*ret_format = &json->format;
	return 0;
}
