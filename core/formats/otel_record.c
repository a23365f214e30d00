/* SPDX-License-Identifier: MIT */
#include "otel_line.h"

#include "escape.h"
#include "otel_severity.h"
#include "outcome_name.h"
#include "redacted_text.h"

static void add_body_text(struct otel_line *line, const struct text *text, enum secrets secrets)
{
	struct redacted_text shown = { 0 };
	size_t size;

	if (text->presence != PRESENT) {
		text_buffer_print(&line->body, "-");
		return;
	}
	size = text_is_cut(text) ? escape_trim_cut(text->data, text->size) : text->size;
	shown = (struct redacted_text){ text->data, size, NULL };
	if (secrets != NO_SECRETS)
		shown = redacted_text_make(line->redaction, text->data, size, text_is_cut(text));
	text_buffer_add(&line->body, shown.data, shown.size);
	redacted_text_release(&shown);
}

/* "GET /items/7 200", or the outcome in place of a status that is not known. */
static void add_request_body(struct otel_line *line, const struct event *event)
{
	add_body_text(line, &event->method, NO_SECRETS);
	text_buffer_print(&line->body, " ");
	add_body_text(line, &event->path, SECRETS_OF_PATH);
	if (event->status.presence == PRESENT)
		text_buffer_print(&line->body, " %lld", (long long)event->status.value);
	if (event->outcome != OUTCOME_OK)
		text_buffer_print(&line->body, " %s", outcome_name(event->outcome));
}

static void add_body(struct otel_line *line, const struct event *event)
{
	switch (event->type) {
	case EVENT_REQUEST:
	case EVENT_CLIENT:
		add_request_body(line, event);
		break;
	case EVENT_CALL:
		text_buffer_add(&line->body, event->function, strlen(event->function));
		break;
	case EVENT_LOST:
		text_buffer_print(&line->body, "%llu events lost: %s",
				  (unsigned long long)event->count, event->where);
		break;
	case EVENT_ATTACH:
		text_buffer_print(&line->body, "a process is traced");
		break;
	case EVENT_DETACH:
		text_buffer_print(&line->body, "a traced process has ended");
		break;
	case EVENT_HELLO:
		text_buffer_print(&line->body, "gohttpsnoop %s", event->version);
		break;
	}
}

static const char *const event_names[] = {
	[EVENT_REQUEST] = "gohttpsnoop.request", [EVENT_CLIENT] = "gohttpsnoop.client",
	[EVENT_CALL] = "gohttpsnoop.call",	 [EVENT_LOST] = "gohttpsnoop.lost",
	[EVENT_ATTACH] = "gohttpsnoop.attach",	 [EVENT_DETACH] = "gohttpsnoop.detach",
	[EVENT_HELLO] = "gohttpsnoop.hello",
};

void otel_put_record(struct otel_line *line, const struct event *event)
{
	enum otel_severity severity = otel_severity_of(event);

	line->body.size = 0;
	add_body(line, event);
	json_key(line->writer, "timestamp");
	json_plain(line->writer, timestamp_format(&line->timestamp, event->time), TIMESTAMP_SIZE);
	otel_name(line, "event_name", event_names[event->type]);
	otel_name(line, "severity_text", otel_severity_text(severity));
	json_key(line->writer, "severity_number");
	json_integer(line->writer, severity);
	json_key(line->writer, "body");
	json_bytes(line->writer, line->body.data ? line->body.data : "", line->body.size);
}
