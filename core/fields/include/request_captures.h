/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_REQUEST_CAPTURES_H
#define GOHTTPSNOOP_CORE_REQUEST_CAPTURES_H

#include "probe.h"

/*
 * The names that captures of requests begin with. If a probe has a request or a response, its roots
 * (probe_request.argument_roots) say what these names stand for: the response writer of HTTP/2 has another type than
 * that of HTTP/1.
 */
#define REQUEST_ROOT "req"
#define RESPONSE_ROOT "w"
/* The headers of a response as sent: a copy that is made when they are written. Users cannot name it. */
#define SENT_HEADERS_ROOT "sent"

enum { REQUEST_MAX_VALUES = 80 };

/* What a user captures of each request beside its default keys, as typed. */
struct request_capture_texts {
	const char *const *expressions;
	size_t expression_count;
	const char *const *request_headers; /* names */
	size_t request_header_count;
	const char *const *response_headers;
	size_t response_header_count;
};

/* The same as trees: the expressions, the headers of requests and the headers of responses, in this order. */
struct request_captures {
	struct expression *items;
	size_t count;
	size_t expression_count; /* the first trees; the others are headers */
};

/*
 * -EINVAL if an expression is not valid or begins with neither `req` nor `w`, or if the name of a header is not
 * valid; whether they match the types is checked with each probe. -E2BIG if there are too many. The caller finishes
 * the captures.
 */
int request_captures_parse(const struct request_capture_texts *texts,
			   struct request_captures *ret_captures, struct error *err);
void request_captures_finish(struct request_captures *captures);

/* The captures of one probe: those that begin with one of its roots. Views into the captures. */
struct request_values {
	struct value_request items[REQUEST_MAX_VALUES];
	size_t count;
	size_t expression_count; /* as in request_captures */
};

void request_values_init(struct request_values *values, const struct request_captures *captures,
			 const struct scope_roots *roots);

/*
 * A header of a response has three captures, one after the other: whether the header was written, its value in the
 * copy that was made then (none if there was nothing to copy), and its value in the handler's map.
 */
enum { RESPONSE_HEADER_VALUES = 3 };

#endif
