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

void otel_text_member(struct otel_line *line, const char *key, size_t key_size,
		      const struct text *text, enum secrets secrets);
void otel_number_member(struct otel_line *line, const char *key, size_t key_size,
			const struct integer *integer);
void otel_name_member(struct otel_line *line, const char *key, size_t key_size, const char *name);

/* Severities of OpenTelemetry's logs, by their numbers. */
enum otel_severity {
	OTEL_INFO = 9,
	OTEL_WARN = 13,
	OTEL_ERROR = 17,
};

/* How bad it is what an event reports; docs/events.md has the rules. */
enum otel_severity otel_severity_of(const struct event *event);

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
void otel_put_response(struct otel_line *line, const struct event *event);
void otel_put_outcome(struct otel_line *line, const struct event *event);

#endif
