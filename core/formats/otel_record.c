/* SPDX-License-Identifier: MIT */
#include "otel_line.h"

#include "escape.h"
#include "outcome_name.h"
#include "redacted_text.h"

/* ---- the severity ---- */

static enum otel_severity worse(enum otel_severity a, enum otel_severity b)
{
	return a > b ? a : b;
}

/* What is the fault of the client is an error for the client alone, as for spans. */
static enum otel_severity severity_of_status(const struct integer *status, bool is_client)
{
	if (status->presence != PRESENT || status->value < 400)
		return OTEL_INFO;
	return status->value >= 500 || is_client ? OTEL_ERROR : OTEL_WARN;
}

/* The codes that say that a server failed: UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS. */
static bool is_fault_of_server(int64_t code)
{
	return code == 2 || code == 4 || (code >= 12 && code <= 15);
}

static enum otel_severity severity_of_rpc(const struct integer *code, bool is_client)
{
	if (code->presence != PRESENT || code->value == 0)
		return OTEL_INFO;
	return is_fault_of_server(code->value) || is_client ? OTEL_ERROR : OTEL_WARN;
}

static enum otel_severity severity_of_outcome(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_ERROR:
	case OUTCOME_PANIC:
	case OUTCOME_EXITED:
		return OTEL_ERROR;
	case OUTCOME_CANCELED:
	case OUTCOME_UNKNOWN:
		return OTEL_WARN;
	default:
		return OTEL_INFO;
	}
}

enum otel_severity otel_severity_of(const struct event *event)
{
	bool is_client = event->type == EVENT_CLIENT;

	switch (event->type) {
	case EVENT_REQUEST:
	case EVENT_CLIENT:
		return worse(worse(severity_of_status(&event->status, is_client),
				   severity_of_rpc(&event->grpc_status, is_client)),
			     severity_of_outcome(event->outcome));
	case EVENT_CALL:
		return event->awaits_return ? severity_of_outcome(event->outcome) : OTEL_INFO;
	case EVENT_LOST:
		return OTEL_WARN;
	default:
		return OTEL_INFO;
	}
}

static const char *otel_severity_text(enum otel_severity severity)
{
	return severity == OTEL_ERROR ? "ERROR" : severity == OTEL_WARN ? "WARN" : "INFO";
}

/* ---- the text ---- */

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
