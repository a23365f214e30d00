/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>

#include "format.h"
#include "format_type.h"
#include "otel_line.h"

/* The events with OpenTelemetry's names. */
struct otel_format {
	struct format format;
	struct otel_line line;
	struct text_buffer origin; /* its members, rendered once */
};

/* ---- events ---- */

static void put_otel_hello(struct otel_line *line, const struct event *event)
{
	otel_name(line, "gohttpsnoop.version", event->version);
	json_key(line->writer, "gohttpsnoop.schema");
	json_integer(line->writer, EVENT_SCHEMA);
	json_key(line->writer, "gohttpsnoop.targets");
	json_open_list(line->writer);
	for (size_t i = 0; i < event->target_count; i++) {
		json_open_object(line->writer);
		otel_put_process(line, event->targets[i]);
		otel_put_runtime(line, event->targets[i]);
		json_close_object(line->writer);
	}
	json_close_list(line->writer);
}

static void put_otel_members(struct otel_line *line, const struct event *event)
{
	switch (event->type) {
	case EVENT_CALL:
		otel_name(line, "code.function.name", event->function);
		otel_put_arguments(line, event);
		otel_put_request(line, event);
		if (event->awaits_return)
			otel_put_outcome(line, event);
		otel_put_truncated(line, event);
		break;
	case EVENT_CLIENT:
	case EVENT_REQUEST:
		otel_put_request(line, event);
		otel_put_response(line, event);
		if (event->type == EVENT_CLIENT)
			otel_put_error(line, event);
		else
			otel_put_captures(line, event);
		otel_put_truncated(line, event);
		break;
	case EVENT_LOST:
		json_key(line->writer, "gohttpsnoop.count");
		json_integer(line->writer, (int64_t)event->count);
		otel_name(line, "gohttpsnoop.where", event->where);
		break;
	case EVENT_HELLO:
		put_otel_hello(line, event);
		break;
	case EVENT_ATTACH:
	case EVENT_DETACH:
		otel_put_runtime(line, event->process);
		break;
	}
}

static int otel_format_line(struct format *format, const struct event *event,
			    struct bytes *ret_line)
{
	struct otel_format *otel = (struct otel_format *)format;
	struct otel_line *line = &otel->line;

	json_writer_clear(line->writer);
	line->cuts.count = 0;
	json_open_object(line->writer);
	otel_put_record(line, event);
	if (event->type == EVENT_REQUEST || event->type == EVENT_CLIENT ||
	    event->type == EVENT_CALL)
		otel_put_span(line, event);
	if (otel->origin.size)
		json_members(line->writer, otel->origin.data, otel->origin.size);
	if (event->process)
		otel_put_process(line, event->process);
	if (event->type == EVENT_REQUEST || event->type == EVENT_CLIENT ||
	    event->type == EVENT_CALL)
		otel_put_thread(line, event);
	put_otel_members(line, event);
	json_close_object(line->writer);
	if (line->body.failed)
		return -ENOMEM;
	return json_writer_finish(line->writer, "\n", ret_line);
}

/* ---- lifetime ---- */

static void otel_destroy(struct format *format)
{
	struct otel_format *otel = (struct otel_format *)format;

	json_writer_destroy(otel->line.writer);
	text_buffer_release(&otel->origin);
	text_buffer_release(&otel->line.body);
	free(otel);
}

/* Keeps the members without the braces around them. A label is an attribute, without a prefix. */
static int otel_render_origin(struct otel_format *otel, const struct origin *origin)
{
	struct bytes text;
	int r;

	json_open_object(otel->line.writer);
	if (origin->node[0])
		otel_name(&otel->line, "host.name", origin->node);
	for (size_t i = 0; i < origin->label_count; i++) {
		const struct origin_label *label = &origin->labels[i];

		json_bytes(otel->line.writer, label->key, label->key_size);
		json_name(otel->line.writer, label->value);
		otel->line.names_service |= strncmp(label->key, "service.name=", 13) == 0;
	}
	json_close_object(otel->line.writer);
	r = json_writer_finish(otel->line.writer, "", &text);
	if (r == 0)
		text_buffer_add(&otel->origin, (const char *)text.data + 1, text.size - 2);
	return r < 0 || otel->origin.failed ? -ENOMEM : 0;
}

int format_create_otel(const struct format_options *options, struct format **ret_format)
{
	struct otel_format *otel = calloc(1, sizeof(*otel));

	if (!otel)
		return -ENOMEM;
	otel->line.redaction = options->redaction;
	otel->format = (struct format){ .line = otel_format_line, .destroy = otel_destroy };
	if (json_writer_create(&otel->line.writer) < 0) {
		free(otel);
		return -ENOMEM;
	}
	if (options->origin && otel_render_origin(otel, options->origin) < 0) {
		otel_destroy(&otel->format);
		return -ENOMEM;
	}
	*ret_format = &otel->format;
	return 0;
}
