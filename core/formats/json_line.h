/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_JSON_LINE_H
#define GOHTTPSNOOP_CORE_JSON_LINE_H

#include "argument_cuts.h"
#include "event.h"
#include "json_value.h"
#include "json_writer.h"
#include "timestamp.h"

/* A line of JSON, as docs/events.md describes it. */
struct json_line {
	struct json_writer *writer;
	const struct redaction *redaction;
	struct timestamp timestamp;
	struct argument_cuts cuts; /* of the current line */
};

/*
 * Write a member: null if the value could not be read, and nothing if there is none. Inline, because a line has fourteen of
 * them with keys of known lengths.
 */
#define put_text(json, key, text, secrets) \
	json_put_text(json, key, sizeof(key) - 1, text, false, secrets)
#define put_text_unless_empty(json, key, text, secrets) \
	json_put_text(json, key, sizeof(key) - 1, text, true, secrets)
#define put_number(json, key, integer) json_put_integer(json, key, sizeof(key) - 1, integer)

static inline void json_put_text(struct json_line *json, const char *key, size_t key_size,
				 const struct text *text, bool leave_out_empty,
				 enum secrets secrets)
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

static inline void json_put_integer(struct json_line *json, const char *key, size_t key_size,
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

/* json_process.c: the process, the thread, the links and the trace of an event */
void json_put_process(struct json_line *json, const struct event *event);
void json_put_hello(struct json_line *json, const struct event *event);

/* json_request.c */
void json_put_request(struct json_line *json, const struct event *event);
void json_put_request_bytes(struct json_line *json, const struct integer *bytes);
void json_put_grpc_status(struct json_line *json, const struct integer *code);
void json_put_outcome(struct json_line *json, const struct event *event);

/* json_captures.c */
void json_put_arguments(struct json_line *json, const struct event *event);
void json_put_captures(struct json_line *json, const struct event *event);
void json_put_results(struct json_line *json, const struct event *event);
void json_put_error(struct json_line *json, const struct event *event);
/* What was cut, after everything else. */
void json_put_truncated(struct json_line *json, const struct event *event);

#endif
