/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include "format.h"
#include "format_type.h"
#include "json_line.h"
#include "text_buffer.h"

struct json_format {
	struct format format;
	struct json_line line;
	struct text_buffer origin; /* its members, rendered once */
};

static const char *const type_names[] = {
	[EVENT_REQUEST] = "request", [EVENT_CLIENT] = "client", [EVENT_CALL] = "call",
	[EVENT_LOST] = "lost",	     [EVENT_ATTACH] = "attach", [EVENT_DETACH] = "detach",
	[EVENT_HELLO] = "hello",
};

static void put_members(struct json_line *json, const struct text_buffer *origin,
			const struct event *event)
{
	json_key(json->writer, "type");
	json_name(json->writer, type_names[event->type]);
	json_key(json->writer, "time");
	json_plain(json->writer, timestamp_format(&json->timestamp, event->time), TIMESTAMP_SIZE);
	if (origin->size)
		json_members(json->writer, origin->data, origin->size);
	json_put_process(json, event);
	switch (event->type) {
	case EVENT_CALL:
		json_key(json->writer, "function");
		json_name(json->writer, event->function);
		json_put_arguments(json, event);
		json_put_request(json, event);
		if (event->awaits_return) {
			json_put_results(json, event);
			put_number(json, "duration_ns", &event->duration);
		}
		json_put_request_bytes(json, &event->request_bytes);
		if (event->awaits_return)
			json_put_outcome(json, event);
		json_put_truncated(json, event);
		break;
	case EVENT_CLIENT:
		json_put_request(json, event);
		put_number(json, "status", &event->status);
		json_put_grpc_status(json, &event->grpc_status);
		put_number(json, "duration_ns", &event->duration);
		json_put_request_bytes(json, &event->request_bytes);
		json_put_error(json, event);
		json_put_outcome(json, event);
		json_put_truncated(json, event);
		break;
	case EVENT_REQUEST:
		json_put_request(json, event);
		put_number(json, "status", &event->status);
		json_put_grpc_status(json, &event->grpc_status);
		put_number(json, "duration_ns", &event->duration);
		json_put_request_bytes(json, &event->request_bytes);
		put_number(json, "response_bytes", &event->response_bytes);
		put_number(json, "client_count", &event->client_count);
		put_number(json, "client_ns", &event->client_duration);
		json_put_outcome(json, event);
		json_put_captures(json, event);
		json_put_truncated(json, event);
		break;
	case EVENT_LOST:
		json_key(json->writer, "count");
		json_integer(json->writer, (int64_t)event->count);
		json_key(json->writer, "where");
		json_name(json->writer, event->where);
		break;
	case EVENT_HELLO:
		json_put_hello(json, event);
		break;
	case EVENT_ATTACH:
	case EVENT_DETACH:
		break;
	}
}

static int json_format_line(struct format *format, const struct event *event,
			    struct bytes *ret_line)
{
	struct json_format *json_format = (struct json_format *)format;
	struct json_line *json = &json_format->line;

	json_writer_clear(json->writer);
	json->cuts.count = 0;
	json_open_object(json->writer);
	put_members(json, &json_format->origin, event);
	json_close_object(json->writer);
	return json_writer_finish(json->writer, "\n", ret_line);
}

static void json_destroy(struct format *format)
{
	struct json_format *json = (struct json_format *)format;

	json_writer_destroy(json->line.writer);
	text_buffer_release(&json->origin);
	free(json);
}

static void put_labels(struct json_line *json, const struct origin *origin)
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
static int json_render_origin(struct json_line *json, const struct origin *origin,
			      struct text_buffer *members)
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
		text_buffer_add(members, (const char *)text.data + 1, text.size - 2);
	return r < 0 || members->failed ? -ENOMEM : 0;
}

int format_create_json(const struct format_options *options, struct format **ret_format)
{
	struct json_format *json = calloc(1, sizeof(*json));

	if (!json)
		return -ENOMEM;
	json->line.redaction = options->redaction;
	json->format = (struct format){ .line = json_format_line, .destroy = json_destroy };
	if (json_writer_create(&json->line.writer) < 0) {
		free(json);
		return -ENOMEM;
	}
	if (options->origin &&
	    json_render_origin(&json->line, options->origin, &json->origin) < 0) {
		json_destroy(&json->format);
		return -ENOMEM;
	}
	*ret_format = &json->format;
	return 0;
}
