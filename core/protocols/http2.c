/* SPDX-License-Identifier: MIT */
/* HTTP/2 of net/http's server, which calls most handlers in the same way as HTTP/1 (http1.c). */
#include "http2_rows.h"
#include "net_http_rows.h"
#include "protocol_registry.h"

/* Bundled into net/http, and from Go 1.27 on in its own package. */
#define BUNDLED "net/http.(*http2"
#define INTERNAL "net/http/internal/http2.(*"

static const struct capture run_handler[] = { HTTP2_RUN_HANDLER_CAPTURES };

static const struct capture http2_handler[] = { HTTP2_HANDLER_CAPTURES };

static const struct capture bundled_done[] = {
	HTTP2_DONE_CAPTURES,
	{ "w.rws.req.Pattern", FIELD_ROUTE },
};

/* From Go 1.27 on the request here is not an http.Request and has no pattern. */
static const struct capture internal_done[] = {
	HTTP2_DONE_CAPTURES,
	{ "w.rws.req.Pattern", FIELD_ROUTE, .elsewhere = true },
};

static const struct scope_root request[] = { HTTP2_REQUEST_ROOTS };
static const struct scope_root response[] = { HTTP2_RESPONSE_ROOTS };

static const struct capture goroutine[] = {
	{ "@g.goid", FIELD_GOID, .required = true },
};

static const struct expected_call alpn_calls_handler = { "net/http.initALPNRequest.ServeHTTP",
							 SERVE_HTTP };
static const struct expected_call bundled_calls_done = HTTP2_CALLS_DONE(BUNDLED);
static const struct expected_call internal_calls_done = HTTP2_CALLS_DONE(INTERNAL);

static const struct protocol_limitation limitations[] = {
	{ &alpn_calls_handler, "HTTP/2 requests" },
	{ &bundled_calls_done, "the end of HTTP/2 requests", true },
	{ &internal_calls_done, "the end of HTTP/2 requests", true },
};

static const struct probe_request probes[] = {
	{ BUNDLED "serverConn).runHandler", PLAN_ROLE_START, CAPTURES(run_handler), ROOTS(request),
	  .inlined = &alpn_calls_handler },
	{ HTTP2_HANDLER, PLAN_ROLE_START, CAPTURES(http2_handler), ROOTS(request),
	  .inlined = &alpn_calls_handler },
	END(BUNDLED "responseWriter).handlerDone", bundled_done, response),
	END(INTERNAL "responseWriter).handlerDone", internal_done, response),
	HTTP2_PANIC(BUNDLED, goroutine),
	HTTP2_PANIC(INTERNAL, goroutine),
};

const struct protocol protocol_http2 = {
	.server = NET_HTTP,
	.name = "net/http",
	.library = &net_http_library,
	.manner = "over HTTP/2",
	.probes = probes,
	.probe_count = COUNT(probes),
	.limitations = limitations,
	.limitation_count = COUNT(limitations),
	.complete = net_http_complete,
};
