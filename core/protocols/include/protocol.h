/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PROTOCOL_H
#define GOHTTPSNOOP_CORE_PROTOCOL_H

#include "probe.h"

/* What a captured value means; one bit each in a hit's masks, so at most 32. */
enum hit_field {
	FIELD_KEY, /* joins a request's start and end: the address of its response writer */
	FIELD_GOID,
	FIELD_METHOD,
	FIELD_PATH,
	FIELD_QUERY,
	FIELD_ROUTE,
	FIELD_HOST,
	FIELD_REMOTE,
	FIELD_PROTOCOL_MAJOR,
	FIELD_PROTOCOL_MINOR,
	FIELD_TLS,
	FIELD_REQUEST_BYTES,
	FIELD_STATUS,
	FIELD_RESPONSE_BYTES,
	FIELD_DECLARED_BYTES, /* Content-Length of the response over HTTP/1; negative when there is none */
	FIELD_HEADER_SENT,    /* over HTTP/1 something of the response was handed on to be sent */
	FIELD_BUFFERED_BYTES, /* of the body, not handed on yet */
	FIELD_SENT_LENGTH,    /* Content-Length that was sent over HTTP/2, or 0 */
	FIELD_STACK_END, /* of the goroutine; with the next it tells which call of a goroutine this is */
	FIELD_STACK_POINTER,
	FIELD_COUNT,
};

/*
 * A protocol is a table: which functions mark a request's start and end, and what to capture there.
 * A binary needs not have all of the functions; without a start and an end it has nothing to trace.
 */
struct protocol {
	const char *name;
	const struct probe_request *probes;
	size_t probe_count;
	const struct protocol_blindness *blindnesses;
	size_t blindness_count;
};

/* What a binary no longer shows when its compiler inlined a call (profile-guided optimisation does). */
struct protocol_blindness {
	const struct expected_call *call;
	const char *unseen; /* "HTTP/1 requests" */
	bool hides_ends;    /* that a request is still open then says nothing about its handler */
};

/* Requests that net/http's server handles: HTTP/1 and HTTP/2, with and without TLS. */
extern const struct protocol protocol_http_server;

/* The end of a goroutine, and of all that it had called. */
extern const struct probe_request protocol_goroutine_end;

/*
 * The captures for calls of a function: a request's keys where it takes an *http.Request, by the name of
 * that parameter (or NULL), and with `frame` what tells this call from others of its goroutine. Views into
 * `texts`, which the caller keeps as long as the captures.
 */
enum {
	CALL_MAX_CAPTURES = 16,
	CALL_CAPTURE_TEXT = EXPRESSION_MAX_NAME + 32, /* a name that is too long is still so */
};

struct call_captures {
	char texts[CALL_MAX_CAPTURES][CALL_CAPTURE_TEXT];
	struct capture captures[CALL_MAX_CAPTURES];
	size_t count;
};

void call_captures_init(struct call_captures *captures, const char *parameter, bool frame);

#endif
