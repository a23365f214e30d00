/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SPAN_FORMAT_H
#define GOHTTPSNOOP_CORE_SPAN_FORMAT_H

#include "bytes.h"
#include "event.h"
#include "origin.h"
#include "redaction.h"

/* Writes events as spans, and processes as resources, in the JSON of OTLP. */
struct span_format;

struct span_format_options {
	const struct origin *origin;	   /* or NULL; outlives the format */
	const struct redaction *redaction; /* NULL: secrets are shown */
	const char *version;		   /* of gohttpsnoop */
	uint64_t seed;			   /* random, of the ids that are made up */
};

/* The only failure is -ENOMEM, also below. */
int span_format_create(const struct span_format_options *options, struct span_format **ret_format);
void span_format_destroy(struct span_format *format);

/* Returns whether the event has a span: a REQUEST, CLIENT or CALL. */
bool span_format_has(const struct event *event);

/* Makes one line of JSON with its newline: a span. The text is valid until the next call for a span. */
int span_format_span(struct span_format *format, const struct event *event, struct bytes *ret_line);

/* The same for a resource: a process, or NULL for gohttpsnoop itself. */
int span_format_resource(struct span_format *format, const struct process_identity *process,
			 struct bytes *ret_line);

/*
 * The same for the list of attributes by which requests are counted. All have few values: a method that is not of HTTP is
 * _OTHER, and the path of gRPC calls, which names the method, is the route.
 */
int span_format_measured(struct span_format *format, const struct event *event,
			 struct bytes *ret_line);

#endif
