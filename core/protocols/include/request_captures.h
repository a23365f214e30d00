/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_REQUEST_CAPTURES_H
#define GOHTTPSNOOP_CORE_REQUEST_CAPTURES_H

#include "probe.h"

/*
 * The names that captures of requests begin with. Where a probe has a request, or a response, its roots
 * (probe_request.argument_roots) say what they stand for there: the response writer of HTTP/2 is another
 * type than that of HTTP/1.
 */
#define REQUEST_ROOT "req"
#define RESPONSE_ROOT "w"
/* The headers that a response was sent with, a copy made when they are written; users cannot name it. */
#define SENT_HEADERS_ROOT "sent"

enum { REQUEST_MAX_WISHES = 80 };

/* What a user asks of each request beside the keys it has anyway, as typed. */
struct request_capture_texts {
	const char *const *expressions;
	size_t expression_count;
	const char *const *request_headers; /* names */
	size_t request_header_count;
	const char *const *response_headers;
	size_t response_header_count;
};

/* The same as trees: of the expressions, of the headers of requests, of those of responses, in this order. */
struct request_captures {
	struct expression *items;
	size_t count;
	size_t expression_count; /* the first of them; the others are headers */
};

/*
 * -EINVAL when an expression is none or begins with neither `req` nor `w`, or a header's name is none;
 * whether they fit the types is for the probe to say. -E2BIG when there are too many. The caller finishes
 * the captures.
 */
int request_captures_parse(const struct request_capture_texts *texts,
			   struct request_captures *ret_captures, struct error *err);
void request_captures_finish(struct request_captures *captures);

/* The wishes of one probe: the captures that begin with one of its roots. Views into the captures. */
struct request_wishes {
	struct shape_wish wishes[REQUEST_MAX_WISHES];
	size_t count;
	size_t expression_count; /* as in request_captures */
};

void request_wishes_init(struct request_wishes *wishes, const struct request_captures *captures,
			 const struct scope_roots *roots);

/*
 * A header of a response is wished three times, one after the other: whether the header was written, in the
 * copy that was made then (none, if there was nothing to copy), and in what the handler has.
 */
enum { RESPONSE_HEADER_WISHES = 3 };

#endif
