/* SPDX-License-Identifier: MIT */
/* HTTP/1 of net/http's server, and its call of handlers, which is the same for HTTP/2. */
#include "net_http_rows.h"
#include "protocol_registry.h"

#define SERVE "net/http.(*conn).serve"
#define FINISH_REQUEST "net/http.(*response).finishRequest"

static const struct capture serve_http[] = { START_CAPTURES("rw.data", "req") };

/* The results of (*conn).readRequest. */
static const struct capture read_request[] = { START_CAPTURES("w", "w.req") };

/* An "Expect:" header other than 100-continue is answered with 417, and no handler is called. */
static const struct capture expectation_failed[] = { START_CAPTURES("w", "w.req") };

static const struct capture finish_request[] = {
	{ "w", FIELD_KEY, .required = true },
	{ "w.status", FIELD_STATUS },
	{ "w.written", FIELD_RESPONSE_BYTES },
	{ "w.contentLength", FIELD_DECLARED_BYTES },
	{ "w.cw.wroteHeader", FIELD_HEADER_SENT },
	{ "w.req.Pattern", FIELD_ROUTE },
	/* Only needed where the response declares its length. The last one: most often it is not read. */
	{ "w.w.n", FIELD_BUFFERED_BYTES, .unless_negative = "w.contentLength" },
};

/* At this point the buffer has been flushed and belongs to other responses. */
static const struct capture chunk_writer_close[] = {
	{ "cw.res", FIELD_KEY, .required = true },
	{ "cw.res.status", FIELD_STATUS },
	{ "cw.res.written", FIELD_RESPONSE_BYTES },
	{ "cw.res.contentLength", FIELD_DECLARED_BYTES },
	{ "cw.wroteHeader", FIELD_HEADER_SENT },
	{ "cw.res.req.Pattern", FIELD_ROUTE },
};

static const struct capture hijack[] = {
	{ "w", FIELD_KEY, .required = true },
};

static const struct capture close_connection[] = {
	{ "@g.goid", FIELD_GOID, .required = true },
};

static const struct scope_root request_is_req[] = { { REQUEST_ROOT, { "req" } } };
static const struct scope_root request_of_w[] = { { REQUEST_ROOT, { "w", "req" } } };
static const struct scope_root response_is_w[] = {
	{ RESPONSE_ROOT, { "w" } },
	{ SENT_HEADERS_ROOT, { "w", "cw", "header" } },
};
static const struct scope_root response_of_cw[] = {
	{ RESPONSE_ROOT, { "cw", "res" } },
	{ SENT_HEADERS_ROOT, { "cw", "header" } },
};

/* The calls by which the server reaches our probes; profile-guided optimisation inlines some of them. */
static const struct expected_call serve_calls_handler = { SERVE, SERVE_HTTP };
static const struct expected_call serve_calls_finish = { SERVE, FINISH_REQUEST };
static const struct expected_call serve_calls_close = { SERVE ".func1", "net/http.(*conn).close" };

static const struct protocol_limitation limitations[] = {
	{ &serve_calls_handler, "HTTP/1 requests" },
	{ &serve_calls_finish, "the end of HTTP/1 requests", true },
	{ &serve_calls_close, "panics of handlers" },
};

static const struct probe_request probes[] = {
	START(SERVE_HTTP, serve_http, request_is_req),
	{ SERVE, PLAN_ROLE_START, CAPTURES(read_request),
	  .after_call = "net/http.(*conn).readRequest", ROOTS(request_of_w),
	  .inlined = &serve_calls_handler },
	START("net/http.(*response).sendExpectationFailed", expectation_failed, request_of_w),
	END(FINISH_REQUEST, finish_request, response_is_w),
	{ "net/http.(*chunkWriter).close", PLAN_ROLE_END, CAPTURES(chunk_writer_close),
	  ROOTS(response_of_cw), .inlined = &serve_calls_finish, .caller = SERVE },
	{ "net/http.(*response).Hijack", PLAN_ROLE_HIJACK, CAPTURES(hijack) },
	/* Called at the end of a connection. If a request is open then, its handler panicked. */
	{ "net/http.(*conn).close", PLAN_ROLE_PANIC, CAPTURES(close_connection) },
};

const struct protocol protocol_http1 = {
	.server = NET_HTTP,
	.name = "net/http",
	.library = &net_http_library,
	.manner = "over HTTP/1",
	.probes = probes,
	.probe_count = COUNT(probes),
	.limitations = limitations,
	.limitation_count = COUNT(limitations),
	.complete = net_http_complete,
};
