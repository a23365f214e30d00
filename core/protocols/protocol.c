/* SPDX-License-Identifier: MIT */
#include "protocol.h"

#include <stdio.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/*
 * In HTTP/1 the method, path and query are parts of one buffer, the request line, in that order: a
 * read that goes on this far after the one most often brings the next along.
 */
enum { AFTER_METHOD = 96, AFTER_PATH = 64 };

/* Fields a request has from its start on. The protocol is taken from its numbers: they cost no read. */
#define REQUEST_CAPTURES(request)                                                               \
	{ request ".Method", FIELD_METHOD, .lookahead = AFTER_METHOD },                         \
		{ request ".URL.Path", FIELD_PATH, .lookahead = AFTER_PATH },                   \
		{ request ".URL.RawQuery", FIELD_QUERY }, { request ".Host", FIELD_HOST },      \
		{ request ".RemoteAddr", FIELD_REMOTE },                                        \
		{ request ".ProtoMajor", FIELD_PROTOCOL_MAJOR },                                \
		{ request ".ProtoMinor", FIELD_PROTOCOL_MINOR }, { request ".TLS", FIELD_TLS }, \
	{                                                                                       \
		request ".ContentLength", FIELD_REQUEST_BYTES                                   \
	}

static const struct capture serve_http[] = {
	{ "rw.data", FIELD_KEY, .required = true },
	{ "@g.goid", FIELD_GOID },
	REQUEST_CAPTURES("req"),
};

/* A handler that HTTP/2 calls without net/http's server in between. */
static const struct capture http2_handler[] = {
	{ "w", FIELD_KEY, .required = true },
	{ "@g.goid", FIELD_GOID },
	REQUEST_CAPTURES("req"),
};

static const struct capture run_handler[] = {
	{ "rw", FIELD_KEY, .required = true },
	{ "@g.goid", FIELD_GOID },
	REQUEST_CAPTURES("req"),
};

/* "Expect:" with anything but 100-continue is answered with 417, and no handler is called. */
static const struct capture expectation_failed[] = {
	{ "w", FIELD_KEY, .required = true },
	{ "@g.goid", FIELD_GOID },
	REQUEST_CAPTURES("w.req"),
};

/* The results of (*conn).readRequest. */
static const struct capture read_request[] = {
	{ "w", FIELD_KEY, .required = true },
	{ "@g.goid", FIELD_GOID },
	REQUEST_CAPTURES("w.req"),
};

static const struct capture finish_request[] = {
	{ "w", FIELD_KEY, .required = true },	   { "w.status", FIELD_STATUS },
	{ "w.written", FIELD_RESPONSE_BYTES },	   { "w.contentLength", FIELD_DECLARED_BYTES },
	{ "w.cw.wroteHeader", FIELD_HEADER_SENT }, { "w.w.n", FIELD_BUFFERED_BYTES },
	{ "w.req.Pattern", FIELD_ROUTE },
};

/* Here what was buffered has been handed on, and the buffer serves others. */
static const struct capture chunk_writer_close[] = {
	{ "cw.res", FIELD_KEY, .required = true },
	{ "cw.res.status", FIELD_STATUS },
	{ "cw.res.written", FIELD_RESPONSE_BYTES },
	{ "cw.res.contentLength", FIELD_DECLARED_BYTES },
	{ "cw.wroteHeader", FIELD_HEADER_SENT },
	{ "cw.res.req.Pattern", FIELD_ROUTE },
};

static const struct capture handler_done[] = {
	{ "w", FIELD_KEY, .required = true },	      { "w.rws.status", FIELD_STATUS },
	{ "w.rws.wroteBytes", FIELD_RESPONSE_BYTES }, { "w.rws.sentContentLen", FIELD_SENT_LENGTH },
	{ "w.rws.req.Pattern", FIELD_ROUTE },
};

/* From Go 1.27 on there is no http.Request here, but another that has no pattern. */
static const struct capture internal_handler_done[] = {
	{ "w", FIELD_KEY, .required = true },
	{ "w.rws.status", FIELD_STATUS },
	{ "w.rws.wroteBytes", FIELD_RESPONSE_BYTES },
	{ "w.rws.sentContentLen", FIELD_SENT_LENGTH },
	{ "w.rws.req.Pattern", FIELD_ROUTE, .elsewhere = true },
};

static const struct capture key_only[] = {
	{ "w", FIELD_KEY, .required = true },
};

static const struct capture goroutine_only[] = {
	{ "@g.goid", FIELD_GOID, .required = true },
};

#define CAPTURES(array) .captures = array, .capture_count = COUNT(array)
#define START(name, array, root)                                             \
	{                                                                    \
		name, PLAN_ROLE_START, CAPTURES(array), .request_root = root \
	}
#define END(name, array, root)                                              \
	{                                                                   \
		name, PLAN_ROLE_END, CAPTURES(array), .response_root = root \
	}

/*
 * The three homes of HTTP/2: bundled into net/http, in a package of its own from Go 1.27 on, and
 * golang.org/x/net (each copy of it, see protocol_rows.h), whose h2c handlers bypass net/http's server.
 * A stream's handler that panics makes the deferred function send a reset frame; that call is in no
 * other path.
 */
#define BUNDLED "net/http.(*http2"
#define INTERNAL "net/http/internal/http2.(*"
#define X_NET "golang.org/x/net/http2.(*"
#define HTTP2_PANIC(home)                                                                       \
	{                                                                                       \
		home "serverConn).runHandler.func1", PLAN_ROLE_PANIC, CAPTURES(goroutine_only), \
			.call = home "serverConn).writeFrameFromHandler"                        \
	}

/* The calls by which a server comes to our probes; profile-guided optimisation inlines some of them. */
#define SERVE "net/http.(*conn).serve"
#define SERVE_HTTP "net/http.serverHandler.ServeHTTP"
#define FINISH_REQUEST "net/http.(*response).finishRequest"
#define HANDLER_DONE(home)                                                              \
	{                                                                               \
		home "serverConn).runHandler.func1", home "responseWriter).handlerDone" \
	}

static const struct expected_call serve_calls_handler = { SERVE, SERVE_HTTP };
static const struct expected_call serve_calls_finish = { SERVE, FINISH_REQUEST };
static const struct expected_call alpn_calls_handler = { "net/http.initALPNRequest.ServeHTTP",
							 SERVE_HTTP };
static const struct expected_call serve_calls_close = { SERVE ".func1", "net/http.(*conn).close" };
static const struct expected_call bundled_calls_done = HANDLER_DONE(BUNDLED);
static const struct expected_call internal_calls_done = HANDLER_DONE(INTERNAL);
static const struct expected_call x_net_calls_done = HANDLER_DONE(X_NET);

static const struct protocol_blindness blindnesses[] = {
	{ &serve_calls_handler, "HTTP/1 requests" },
	{ &serve_calls_finish, "how HTTP/1 requests end", true },
	{ &alpn_calls_handler, "HTTP/2 requests" },
	{ &serve_calls_close, "that a handler panicked" },
	{ &bundled_calls_done, "how HTTP/2 requests end", true },
	{ &internal_calls_done, "how HTTP/2 requests end", true },
	{ &x_net_calls_done, "how requests of golang.org/x/net/http2 end", true },
};

static const struct probe_request http_server_probes[] = {
	START(SERVE_HTTP, serve_http, "req"),
	{ SERVE, PLAN_ROLE_START, CAPTURES(read_request),
	  .after_call = "net/http.(*conn).readRequest", .request_root = "w.req",
	  .inlined = &serve_calls_handler },
	{ BUNDLED "serverConn).runHandler", PLAN_ROLE_START, CAPTURES(run_handler),
	  .request_root = "req", .inlined = &alpn_calls_handler },
	{ "net/http.http2Handler.ServeHTTP", PLAN_ROLE_START, CAPTURES(http2_handler),
	  .request_root = "req", .inlined = &alpn_calls_handler },
	START("net/http.(*response).sendExpectationFailed", expectation_failed, "w.req"),
	END(FINISH_REQUEST, finish_request, "w"),
	{ "net/http.(*chunkWriter).close", PLAN_ROLE_END, CAPTURES(chunk_writer_close),
	  .response_root = "cw.res", .inlined = &serve_calls_finish, .caller = SERVE },
	END(BUNDLED "responseWriter).handlerDone", handler_done, "w.rws"),
	END(INTERNAL "responseWriter).handlerDone", internal_handler_done, "w.rws"),
	END(X_NET "responseWriter).handlerDone", handler_done, "w.rws"),
	START(X_NET "serverConn).runHandler", run_handler, "req"),
	/* From v0.54.0 on golang.org/x/net/http2 only wraps what Go 1.27 has. */
	{ "net/http.http2Handler.ServeHTTP", PLAN_ROLE_START, CAPTURES(http2_handler),
	  .request_root = "req", .companion = X_NET "Server).serveConn" },
	{ "net/http.(*response).Hijack", PLAN_ROLE_HIJACK, CAPTURES(key_only) },
	/* Called at the end of a connection; a request that is open then had a handler that panicked. */
	{ "net/http.(*conn).close", PLAN_ROLE_PANIC, CAPTURES(goroutine_only) },
	HTTP2_PANIC(BUNDLED),
	HTTP2_PANIC(INTERNAL),
	HTTP2_PANIC(X_NET),
};

const struct protocol protocol_http_server = {
	.name = "net/http server",
	.probes = http_server_probes,
	.probe_count = COUNT(http_server_probes),
	.blindnesses = blindnesses,
	.blindness_count = COUNT(blindnesses),
};

static const struct capture frame_captures[] = {
	{ "@g.goid", FIELD_GOID, .required = true },
	{ "@g.stack.hi", FIELD_STACK_END, .required = true },
	{ "@sp", FIELD_STACK_POINTER, .required = true },
};

const struct probe_request protocol_goroutine_end = {
	"runtime.goexit1",
	PLAN_ROLE_GONE,
	CAPTURES(goroutine_only),
};

static const struct capture call_templates[] = {
	{ "@g.goid", FIELD_GOID },
	REQUEST_CAPTURES("%s"),
	{ "%s.Pattern", FIELD_ROUTE },
};

_Static_assert(COUNT(frame_captures) + COUNT(call_templates) <= CALL_MAX_CAPTURES, "room for all");

static void add_template(struct call_captures *captures, const struct capture *template,
			 const char *parameter)
{
	char *text = captures->texts[captures->count];
	const char *expression = template->expression;

	if (expression[0] == '%')
		snprintf(text, CALL_CAPTURE_TEXT, "%.*s%s", EXPRESSION_MAX_NAME, parameter,
			 expression + 2);
	else
		snprintf(text, CALL_CAPTURE_TEXT, "%s", expression);
	captures->captures[captures->count] = *template;
	captures->captures[captures->count++].expression = text;
}

void call_captures_init(struct call_captures *captures, const char *parameter, bool frame)
{
	captures->count = 0;
	for (size_t i = 0; frame && i < COUNT(frame_captures); i++)
		add_template(captures, &frame_captures[i], NULL);
	/* The first is the goroutine, which a frame has, too. */
	for (size_t i = frame; i < (parameter ? COUNT(call_templates) : 1); i++)
		add_template(captures, &call_templates[i], parameter);
}
