/* SPDX-License-Identifier: MIT */
#include "span_format.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grpc_status.h"
#include "otel_line.h"
#include "span_ids.h"

/* The kinds of spans, by their numbers. */
enum span_kind { SPAN_INTERNAL = 1, SPAN_SERVER = 2, SPAN_CLIENT = 3 };

enum { STATUS_ERROR = 2, FLAG_SAMPLED = 1, FLAG_KNOWS_REMOTE = 0x100, FLAG_REMOTE = 0x200 };

struct span_format {
	struct span_format_options options;
	struct span_ids ids;
	struct otel_line span, resource, measured;
	char node[ORIGIN_MOST_NODE + 1];
	bool names_instance; /* a label does */
};

/* ---- lifetime ---- */

static int open_attribute_line(struct otel_line *line, const struct redaction *redaction)
{
	line->redaction = redaction;
	line->is_otlp = true;
	if (json_writer_create(&line->writer) < 0 || json_writer_create(&line->values) < 0)
		return -ENOMEM;
	return 0;
}

static void close_attribute_line(struct otel_line *line)
{
	json_writer_destroy(line->writer);
	json_writer_destroy(line->values);
	text_buffer_release(&line->body);
}

static bool is_label(const struct origin_label *label, const char *key)
{
	return label->key_size == strlen(key) && memcmp(label->key, key, label->key_size) == 0;
}

/* The resource of a process has the name of a machine even if events do not. */
static void take_origin(struct span_format *format, const struct origin *origin)
{
	if (origin && origin->node[0])
		memcpy(format->node, origin->node, sizeof(format->node));
	else if (gethostname(format->node, sizeof(format->node) - 1) < 0)
		format->node[0] = '\0';
	for (size_t i = 0; origin && i < origin->label_count; i++) {
		format->resource.names_service |= is_label(&origin->labels[i], "service.name");
		format->names_instance |= is_label(&origin->labels[i], "service.instance.id");
	}
}

int span_format_create(const struct span_format_options *options, struct span_format **ret_format)
{
	struct span_format *format = calloc(1, sizeof(*format));

	if (!format)
		return -ENOMEM;
	format->options = *options;
	format->ids.seed = options->seed;
	if (open_attribute_line(&format->span, options->redaction) < 0 ||
	    open_attribute_line(&format->resource, options->redaction) < 0 ||
	    open_attribute_line(&format->measured, options->redaction) < 0) {
		span_format_destroy(format);
		return -ENOMEM;
	}
	take_origin(format, options->origin);
	*ret_format = format;
	return 0;
}

void span_format_destroy(struct span_format *format)
{
	if (!format)
		return;
	close_attribute_line(&format->span);
	close_attribute_line(&format->resource);
	close_attribute_line(&format->measured);
	free(format);
}

static int finish_line(struct otel_line *line, struct bytes *ret_line)
{
	if (line->body.failed) {
		line->body.failed = false;
		return -ENOMEM;
	}
	return json_writer_finish(line->writer, "\n", ret_line);
}

/* ---- resources ---- */

static void put_label_attributes(struct otel_line *line, const struct origin *origin, bool is_self)
{
	for (size_t i = 0; origin && i < origin->label_count; i++) {
		const struct origin_label *label = &origin->labels[i];

		if (!is_self || strncmp(label->key, "service.", 8) != 0)
			otel_name_member(line, label->key, label->key_size, label->value);
	}
}

/* Tells the processes of a service apart: stores of metrics want one series for each. */
static void put_instance(struct otel_line *line, const char *node, uint32_t pid)
{
	char instance[ORIGIN_MOST_NODE + 16];

	snprintf(instance, sizeof(instance), "%s:%u", node, pid);
	otel_name(line, "service.instance.id", instance);
}

static void put_self(struct span_format *format)
{
	struct otel_line *line = &format->resource;
	struct integer pid = { PRESENT, getpid() };

	otel_name(line, "service.name", "gohttpsnoop");
	otel_name(line, "service.version", format->options.version);
	otel_number(line, "process.pid", &pid);
	put_instance(line, format->node, (uint32_t)pid.value);
}

int span_format_resource(struct span_format *format, const struct process_identity *process,
			 struct bytes *ret_line)
{
	struct otel_line *line = &format->resource;

	json_writer_clear(line->writer);
	json_open_object(line->writer);
	json_key(line->writer, "attributes");
	json_open_list(line->writer);
	otel_name(line, "host.name", format->node);
	put_label_attributes(line, format->options.origin, !process);
	if (process) {
		otel_put_process(line, process);
		otel_put_runtime(line, process);
		if (!format->names_instance)
			put_instance(line, format->node, process->pid);
	} else {
		put_self(format);
	}
	json_close_list(line->writer);
	json_close_object(line->writer);
	return finish_line(line, ret_line);
}

/* ---- spans ---- */

bool span_format_has(const struct event *event)
{
	return event->type == EVENT_REQUEST || event->type == EVENT_CLIENT ||
	       event->type == EVENT_CALL;
}

static void put_span_ids(struct json_writer *writer, const struct span_links *links)
{
	unsigned flags = (links->is_sampled ? FLAG_SAMPLED : 0) | FLAG_KNOWS_REMOTE |
			 (links->is_remote ? FLAG_REMOTE : 0);

	json_key(writer, "traceId");
	json_plain(writer, links->self.trace_id, TRACE_ID_SIZE);
	json_key(writer, "spanId");
	json_plain(writer, links->self.span_id, SPAN_ID_SIZE);
	if (links->has_parent) {
		json_key(writer, "parentSpanId");
		json_plain(writer, links->parent_id, SPAN_ID_SIZE);
	}
	json_key(writer, "flags");
	json_integer(writer, flags);
	if (!links->has_link)
		return;
	json_key(writer, "links");
	json_open_list(writer);
	json_open_object(writer);
	json_key(writer, "traceId");
	json_plain(writer, links->link.trace_id, TRACE_ID_SIZE);
	json_key(writer, "spanId");
	json_plain(writer, links->link.span_id, SPAN_ID_SIZE);
	json_close_object(writer);
	json_close_list(writer);
}

/* Appends as much of the text as there is room for. */
static size_t append_text(char *name, size_t size, size_t most, const struct text *text)
{
	size_t added = text->size < most - size ? text->size : most - size;

	memcpy(name + size, text->data, added);
	return size + added;
}

/* A call of gRPC is named by its path without the slash, which names the service and the method. */
static void put_span_name(struct json_writer *writer, const struct event *event)
{
	struct text route = otel_route_path(&event->route), method = event->path;
	char name[512];
	size_t size = 0;

	json_key(writer, "name");
	if (event->type == EVENT_CALL) {
		json_name(writer, event->function);
		return;
	}
	if (event->protocol && method.presence == PRESENT && method.size > 1) {
		method.data++;
		method.size--;
		size = append_text(name, 0, sizeof(name), &method);
	} else if (event->method.presence == PRESENT && event->method.size) {
		size = append_text(name, 0, 64, &event->method);
		if (event->type == EVENT_REQUEST && route.presence == PRESENT) {
			name[size++] = ' ';
			size = append_text(name, size, sizeof(name), &route);
		}
	} else {
		size = (size_t)snprintf(name, sizeof(name), "HTTP");
	}
	json_bytes(writer, name, size);
}

static void put_nanoseconds(struct json_writer *writer, int64_t time)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)time);
	json_name(writer, text);
}

/* The end of a span that is open, or whose end is not known, is its begin. */
static void put_span_times(struct json_writer *writer, const struct event *event)
{
	bool has_end = event->duration.presence == PRESENT && event->duration.value > 0;

	json_key(writer, "startTimeUnixNano");
	put_nanoseconds(writer, event->time);
	json_key(writer, "endTimeUnixNano");
	put_nanoseconds(writer, event->time + (has_end ? event->duration.value : 0));
}

static void put_span_attributes(struct otel_line *line, const struct event *event)
{
	json_key(line->writer, "attributes");
	json_open_list(line->writer);
	otel_put_thread(line, event);
	if (event->type == EVENT_CALL) {
		otel_name(line, "code.function.name", event->function);
		otel_put_arguments(line, event);
	}
	otel_put_request(line, event);
	if (event->type != EVENT_CALL)
		otel_put_response(line, event);
	else if (event->awaits_return)
		otel_put_outcome(line, event);
	if (event->type == EVENT_CLIENT)
		otel_put_error(line, event);
	if (event->type == EVENT_REQUEST)
		otel_put_captures(line, event);
	otel_put_truncated(line, event);
	json_close_list(line->writer);
}

int span_format_span(struct span_format *format, const struct event *event, struct bytes *ret_line)
{
	struct otel_line *line = &format->span;
	struct json_writer *writer = line->writer;
	struct span_links links;

	span_ids_choose(&format->ids, event, &links);
	json_writer_clear(writer);
	line->cuts.count = 0;
	json_open_object(writer);
	put_span_ids(writer, &links);
	put_span_name(writer, event);
	json_key(writer, "kind");
	json_integer(writer, event->type == EVENT_REQUEST ? SPAN_SERVER :
			     event->type == EVENT_CLIENT  ? SPAN_CLIENT :
							    SPAN_INTERNAL);
	put_span_times(writer, event);
	put_span_attributes(line, event);
	if (otel_severity_of(event) == OTEL_ERROR) {
		json_key(writer, "status");
		json_open_object(writer);
		json_key(writer, "code");
		json_integer(writer, STATUS_ERROR);
		json_close_object(writer);
	}
	json_close_object(writer);
	return finish_line(line, ret_line);
}

/* ---- what requests are counted by ---- */

/* The methods that OpenTelemetry's conventions know. */
static const char *const known_methods[] = { "GET",	"HEAD",	   "POST",  "PUT",   "DELETE",
					     "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY" };

static void put_known_method(struct otel_line *line, const struct text *method)
{
	for (size_t i = 0; i < sizeof(known_methods) / sizeof(known_methods[0]); i++) {
		if (method->presence == PRESENT && method->size == strlen(known_methods[i]) &&
		    memcmp(method->data, known_methods[i], method->size) == 0) {
			otel_name(line, "http.request.method", known_methods[i]);
			return;
		}
	}
	otel_name(line, "http.request.method", "_OTHER");
}

/* Clients may call any name of a gRPC method; one that the server does not have would be a series of its own. */
static bool is_of_no_method(const struct event *event)
{
	return event->grpc_status.presence == PRESENT &&
	       event->grpc_status.value == GRPC_UNIMPLEMENTED;
}

int span_format_measured(struct span_format *format, const struct event *event,
			 struct bytes *ret_line)
{
	struct otel_line *line = &format->measured;

	json_writer_clear(line->writer);
	json_open_list(line->writer);
	put_known_method(line, &event->method);
	otel_put_scheme(line, event);
	if (!is_of_no_method(event))
		otel_put_route(line, event->protocol ? &event->path : &event->route);
	otel_put_protocol(line, event);
	otel_number(line, "http.response.status_code", &event->status);
	otel_put_rpc_status(line, &event->grpc_status);
	otel_put_error_type(line, event);
	json_close_list(line->writer);
	return finish_line(line, ret_line);
}
