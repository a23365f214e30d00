/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_OTEL_LINE_H
#define GOHTTPSNOOP_CORE_OTEL_LINE_H

#include <stdbool.h>
#include <string.h>

#include "argument_cuts.h"
#include "event.h"
#include "json_value.h"
#include "json_writer.h"
#include "text_buffer.h"
#include "timestamp.h"

/*
 * A line with OpenTelemetry's names: an object without objects in it, but for captures, and without null, because most stores
 * of logs want each key to have one type. What OpenTelemetry has no name for begins with "gohttpsnoop.".
 */
struct otel_line {
	struct json_writer *writer;
	const struct redaction *redaction;
	bool is_otlp; /* instead: the attributes of an open list, in the form that OTLP has for them */
	struct json_writer *values; /* for them */
	struct timestamp timestamp;
	bool names_service;	 /* a label does */
	struct text_buffer body; /* of the current line */
	struct argument_cuts cuts;
};

/* Write a member, and nothing if there is no value. */
#define otel_text(line, key, text, secrets) \
	otel_text_member(line, key, sizeof(key) - 1, text, secrets)
#define otel_number(line, key, integer) otel_number_member(line, key, sizeof(key) - 1, integer)
#define otel_name(line, key, name) otel_name_member(line, key, sizeof(key) - 1, name)
#define otel_bytes(line, key, data, size) otel_bytes_member(line, key, sizeof(key) - 1, data, size)

void otel_text_member(struct otel_line *line, const char *key, size_t key_size,
		      const struct text *text, enum secrets secrets);
void otel_number_member(struct otel_line *line, const char *key, size_t key_size,
			const struct integer *integer);
void otel_name_member(struct otel_line *line, const char *key, size_t key_size, const char *name);
void otel_bytes_member(struct otel_line *line, const char *key, size_t key_size, const char *data,
		       size_t size);

/* Write a member that is a list of names. */
void otel_open_list(struct otel_line *line, const char *key);
void otel_list_name(struct otel_line *line, const char *name);
void otel_close_list(struct otel_line *line);

/* Severities of OpenTelemetry's logs, by their numbers. */
enum otel_severity {
	OTEL_INFO = 9,
	OTEL_WARN = 13,
	OTEL_ERROR = 17,
};

/* How bad it is what an event reports; docs/events.md has the rules. */
enum otel_severity otel_severity_of(const struct event *event);

/* The path of a route, which may begin with a method and a host; empty if it has none. A view. */
struct text otel_route_path(const struct text *route);

/* otel_record.c: the time, the severity and the text of an event */
void otel_put_record(struct otel_line *line, const struct event *event);

/* otel_process.c */
void otel_put_process(struct otel_line *line, const struct process_identity *process);
void otel_put_runtime(struct otel_line *line, const struct process_identity *process);
void otel_put_thread(struct otel_line *line, const struct event *event);
/* The span of a request, its trace, and its parent. */
void otel_put_span(struct otel_line *line, const struct event *event);

/* otel_request.c */
void otel_put_request(struct otel_line *line, const struct event *event);
void otel_put_scheme(struct otel_line *line, const struct event *event);
void otel_put_route(struct otel_line *line, const struct text *route);
void otel_put_protocol(struct otel_line *line, const struct event *event);
void otel_put_rpc_status(struct otel_line *line, const struct integer *code);
void otel_put_error_type(struct otel_line *line, const struct event *event);
void otel_put_response(struct otel_line *line, const struct event *event);
void otel_put_outcome(struct otel_line *line, const struct event *event);

/* otel_captures.c: those of a request, of a call, of a failed request that a program made; what was cut */
void otel_put_captures(struct otel_line *line, const struct event *event);
void otel_put_arguments(struct otel_line *line, const struct event *event);
void otel_put_error(struct otel_line *line, const struct event *event);
void otel_put_truncated(struct otel_line *line, const struct event *event);

#endif
