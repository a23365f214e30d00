/* SPDX-License-Identifier: MIT */
/* HTTP/2 of golang.org/x/net, whose h2c handlers bypass net/http's server, for each copy of it in a binary. */
#include "x_net_http2.h"

#include "http2_rows.h"
#include "module_version.h"
#include "protocol_registry.h"
#include "release_range.h"

#define PACKAGE X_NET_HTTP2
#define X_NET PACKAGE "(*"

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

/* Evidence: golang/net http2/server.go of each release, and the DWARF of programs that were built with it. */
#define HANDLER "handler func(net/http.ResponseWriter, *net/http.Request)"

/* golang/net commit 1d687d42 removed `body` from responseWriterState. */
#define X_NET_OLD 1, MODULE_COMMIT(20220524)
/* The newest verified release is before this one. Later releases may have other layouts. */
#define X_NET_UNSEEN MODULE_VERSION(0, 56, 1)
#define X_NET_NEW MODULE_COMMIT(20220525), X_NET_UNSEEN
#define X_NET_EVER 1, X_NET_UNSEEN
/* Also for unknown releases: the parameters of these functions never changed. */
#define X_NET_ALWAYS 0, LATER

static const struct layout_field fields[] = {
	{ PACKAGE "responseWriter", "rws", "*" PACKAGE "responseWriterState", 0, X_NET_EVER, true },
	{ PACKAGE "responseWriterState", "req", "*net/http.Request", 8, X_NET_EVER, true },
	{ PACKAGE "responseWriterState", "handlerHeader", "net/http.Header", 40, X_NET_OLD, true },
	{ PACKAGE "responseWriterState", "handlerHeader", "net/http.Header", 32, X_NET_NEW, true },
	{ PACKAGE "responseWriterState", "snapHeader", "net/http.Header", 48, X_NET_OLD, true },
	{ PACKAGE "responseWriterState", "snapHeader", "net/http.Header", 40, X_NET_NEW, true },
	{ PACKAGE "responseWriterState", "status", "int", 80, X_NET_OLD, true },
	{ PACKAGE "responseWriterState", "status", "int", 72, X_NET_NEW, true },
	{ PACKAGE "responseWriterState", "wroteHeader", "bool", 88, X_NET_OLD, true },
	{ PACKAGE "responseWriterState", "wroteHeader", "bool", 80, X_NET_NEW, true },
	{ PACKAGE "responseWriterState", "sentContentLen", "int64", 96, X_NET_OLD, true },
	{ PACKAGE "responseWriterState", "sentContentLen", "int64", 88, X_NET_NEW, true },
	{ PACKAGE "responseWriterState", "wroteBytes", "int64", 104, X_NET_OLD, true },
	{ PACKAGE "responseWriterState", "wroteBytes", "int64", 96, X_NET_NEW, true },
	/* Later releases have a second bool, which makes no difference where it is passed. */
	{ PACKAGE "RoundTripOpt", "OnlyCachedConn", "bool", 0, X_NET_ALWAYS, true },
};

static const struct layout_type types[] = {
	{ PACKAGE "RoundTripOpt", "struct", 1, X_NET_ALWAYS, true },
	{ PACKAGE "responseWriter", "struct", 8, X_NET_EVER, true },
	{ PACKAGE "responseWriterState", "struct", 0, X_NET_EVER, true },
};

#define CLIENT_CONNECTION "cc *" PACKAGE "ClientConn, req *net/http.Request"
#define CLIENT_RESULTS "_ *net/http.Response, err error"

static const struct layout_function functions[] = {
	{ PACKAGE "(*responseWriter).handlerDone", "w *" PACKAGE "responseWriter", "",
	  X_NET_ALWAYS },
	{ PACKAGE "(*serverConn).runHandler",
	  "sc *" PACKAGE "serverConn, rw *" PACKAGE
	  "responseWriter, req *net/http.Request, " HANDLER,
	  "", X_NET_ALWAYS },
	{ PACKAGE "(*ClientConn).RoundTrip", CLIENT_CONNECTION, CLIENT_RESULTS, X_NET_ALWAYS },
	{ PACKAGE "(*ClientConn).roundTrip",
	  CLIENT_CONNECTION ", streamf func(*" PACKAGE "clientStream)", CLIENT_RESULTS,
	  X_NET_ALWAYS },
	{ X_NET_ROUND_TRIP,
	  "t *" PACKAGE "Transport, req *net/http.Request, opt " PACKAGE "RoundTripOpt",
	  "*net/http.Response, error", X_NET_ALWAYS },
};

/* Whatever the compiler inlines, a copy that serves or makes requests has one of these functions. */
static const char *const landmarks[] = {
	PACKAGE "(*serverConn).runHandler",
	PACKAGE "(*Server).serveConn",
	X_NET_ROUND_TRIP,
	NULL,
};

const struct library x_net_library = {
	.module = X_NET_MODULE,
	.landmarks = landmarks,
	/* Support for "Upgrade: h2c" was added late in 2022 (golang/net commit 06994584, v0.4.0). */
	.clue = PACKAGE "(*serverConn).upgradeRequest",
	.clue_release = MODULE_VERSION(0, 4, 0),
	LIBRARY_ROWS(fields, types, functions),
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
