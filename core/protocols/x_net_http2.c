/* SPDX-License-Identifier: MIT */
/* HTTP/2 of golang.org/x/net, whose h2c handlers bypass net/http's server, for each copy of it in a binary. */
#include "http2_rows.h"
#include "net_http_response.h"
#include "protocol_registry.h"
#include "x_net_library.h"

#define X_NET "golang.org/x/net/http2.(*"

static const struct capture run_handler[] = { HTTP2_RUN_HANDLER_CAPTURES };

static const struct capture http2_handler[] = { HTTP2_HANDLER_CAPTURES };

static const struct capture handler_done[] = {
	HTTP2_DONE_CAPTURES,
	{ "w.rws.req.Pattern", FIELD_ROUTE },
};

static const struct scope_root request[] = { HTTP2_REQUEST_ROOTS };
static const struct scope_root response[] = { HTTP2_RESPONSE_ROOTS };

static const struct capture goroutine[] = {
	{ "@g.goid", FIELD_GOID, .required = true },
};

static const struct expected_call calls_done = HTTP2_CALLS_DONE(X_NET);

static const struct protocol_limitation limitations[] = {
	{ &calls_done, "the end of requests of golang.org/x/net/http2", true },
};

static const struct probe_request probes[] = {
	END(X_NET "responseWriter).handlerDone", handler_done, response),
	START(X_NET "serverConn).runHandler", run_handler, request),
	/* From v0.54.0 on golang.org/x/net/http2 only wraps the HTTP/2 server of Go 1.27. */
	{ HTTP2_HANDLER, PLAN_ROLE_START, CAPTURES(http2_handler), ROOTS(request),
	  .companion = X_NET "Server).serveConn" },
	HTTP2_PANIC(X_NET, goroutine),
};

const struct protocol protocol_x_net_http2 = {
	.server = NET_HTTP,
	.name = "x/net/http2",
	.library = &x_net_library,
	.manner = "over HTTP/2",
	.probes = probes,
	.probe_count = COUNT(probes),
	.limitations = limitations,
	.limitation_count = COUNT(limitations),
	.complete = net_http_complete,
};
