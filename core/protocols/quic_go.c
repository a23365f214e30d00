/* SPDX-License-Identifier: MIT */
/*
 * HTTP/3 of quic-go's server and client. Release 0.32.0 moved the module. Evidence: http3/server.go, http3/server_conn.go,
 * http3/response_writer.go, http3/roundtrip.go, http3/transport.go and http3/client.go of 0.29, 0.46, 0.50, 0.59 and some
 * releases between them; programs that were built with 0.29, 0.50 and 0.59.
 */
#include "net_http_rows.h"
#include "protocol_registry.h"
#include "release_range.h"

#define QUIC_GO "github.com/quic-go/quic-go"
#define OLD_QUIC_GO "github.com/lucas-clemente/quic-go"

/* The functions that read a request, let the handler answer it and finish the response. */
#define SERVER(module) module "/http3.(*Server).handleRequest"
#define CONNECTION(module) module "/http3.(*RawServerConn).handleRequestStream" /* from 0.59.0 on */
#define WRITER(module) module "/http3.(*responseWriter)."

/* Of the closures in these functions this one calls the handler. What it uses of them are its parameters. */
#define CALLER ".func2"
/* The closure that it defers. */
#define DEFERRED CALLER ".1"
/* The deferred call of Flush in old releases, if Go wraps such calls in closures with numbers (1.17 to 1.21). */
#define FLUSHER ".func3"

static const struct capture call_handler[] = { START_CAPTURES("r", "req") };

static const struct capture call_handler_before_deferred_flush[] = {
	START_CAPTURES("r", "req"),
	{ "req.ContentLength", FIELD_DECLARED_BYTES },
};

#define RESPONSE_CAPTURES                     \
	{ "w", FIELD_KEY, .required = true }, \
	{                                     \
		"w.status", FIELD_STATUS      \
	}

static const struct capture flush[] = {
	RESPONSE_CAPTURES,
	{ "w.numWritten", FIELD_RESPONSE_BYTES }, /* as in net/http, with what was refused */
	{ "w.contentLen", FIELD_SENT_LENGTH },
};

static const struct capture deferred_flush[] = {
	RESPONSE_CAPTURES,
	{ "w.headerWritten", FIELD_HEADER_SENT },
};

static const struct capture take_stream[] = {
	{ "w", FIELD_KEY, .required = true },
};

static const struct capture goroutine[] = {
	{ "@g.goid", FIELD_GOID, .required = true },
};

static const struct scope_root request_is_req[] = { { REQUEST_ROOT, { "req" } } };

/* Another closure with this number would not be called directly, and there would not be the function `mark`. */
#define CALL_HANDLER(function, captures, mark)                                               \
	{                                                                                    \
		function CALLER, PLAN_ROLE_START, CAPTURES(captures), ROOTS(request_is_req), \
			.companion = mark, .caller = function                                \
	}

/*
 * The deferred closure gets here only if the handler panicked: it compares the reason with http.ErrAbortHandler if
 * both have the same type, and records the stack if they differ.
 */
#define COMPARE(function)                                                 \
	{                                                                 \
		function DEFERRED, PLAN_ROLE_PANIC, CAPTURES(goroutine),  \
			.call = "runtime.efaceeq", .needs_no_types = true \
	}
#define RECORD_STACK(function)                                                                    \
	{                                                                                         \
		function DEFERRED, PLAN_ROLE_PANIC, CAPTURES(goroutine), .call = "runtime.Stack", \
									 .needs_no_types = true   \
	}

/* Handlers may call Flush, too. After the handler has returned, it is called here. */
#define FLUSH(function, module, captures)                                                   \
	{                                                                                   \
		function, PLAN_ROLE_END, CAPTURES(captures), .call = WRITER(module) "Flush" \
	}

/* Called after Flush from 0.47.0 on, and not by handlers. */
#define FLUSH_TRAILERS(module, call)                                                            \
	{                                                                                       \
		WRITER(module) "flushTrailers", PLAN_ROLE_END, CAPTURES(flush), .inlined = call \
	}

static const struct expected_call server_flushes = { SERVER(QUIC_GO), WRITER(QUIC_GO) "Flush" };
static const struct expected_call connection_flushes = { CONNECTION(QUIC_GO),
							 WRITER(QUIC_GO) "Flush" };

/* The rows for a deferred call of Flush. */
#define DEFERRED_FLUSH(module)                                                                    \
	CALL_HANDLER(SERVER(module), call_handler_before_deferred_flush, SERVER(module) FLUSHER), \
		FLUSH(SERVER(module) FLUSHER, module, deferred_flush)

static const struct probe_request probes[] = {
	DEFERRED_FLUSH(QUIC_GO),
	CALL_HANDLER(CONNECTION(QUIC_GO), call_handler, CONNECTION(QUIC_GO) DEFERRED),
	CALL_HANDLER(SERVER(QUIC_GO), call_handler, SERVER(QUIC_GO) DEFERRED),
	FLUSH(CONNECTION(QUIC_GO), QUIC_GO, flush),
	FLUSH(SERVER(QUIC_GO), QUIC_GO, flush),
	FLUSH_TRAILERS(QUIC_GO, &connection_flushes),
	FLUSH_TRAILERS(QUIC_GO, &server_flushes),
	{ WRITER(QUIC_GO) "HTTPStream", PLAN_ROLE_HIJACK, CAPTURES(take_stream) },
	COMPARE(CONNECTION(QUIC_GO)),
	COMPARE(SERVER(QUIC_GO)),
	RECORD_STACK(CONNECTION(QUIC_GO)),
	RECORD_STACK(SERVER(QUIC_GO)),
};

static const struct probe_request old_probes[] = {
	DEFERRED_FLUSH(OLD_QUIC_GO),
	COMPARE(SERVER(OLD_QUIC_GO)),
	RECORD_STACK(SERVER(OLD_QUIC_GO)),
};

/* Where the length is not declared, old releases store 0. */
static void quic_go_complete_begin(struct hit *hit)
{
	struct integer declared = hit_integer(hit, FIELD_DECLARED_BYTES);

	if (declared.presence == PRESENT && declared.value == 0)
		hit_set_integer(hit, FIELD_REQUEST_BYTES, (struct integer){ UNREADABLE, 0 });
}

/*
 * If the handler has sent no status, or only statuses like 103 before it, Flush sends 200. A deferred call of Flush
 * sends none, because one was sent before, unless the handler took the stream.
 */
static struct integer quic_go_status(const struct hit *hit)
{
	struct integer status = hit_integer(hit, FIELD_STATUS);
	struct integer sent = hit_integer(hit, FIELD_HEADER_SENT);

	if (status.presence != PRESENT)
		return status;
	if (sent.presence == PRESENT && !sent.value)
		return (struct integer){ UNREADABLE, 0 };
	return status.value < 200 ? (struct integer){ PRESENT, 200 } : status;
}

/* Old releases do not count what is written. */
static void quic_go_complete(struct hit *hit)
{
	quic_go_complete_begin(hit);
	if (hit_integer(hit, FIELD_STATUS).presence == ABSENT)
		return;
	hit_set_integer(hit, FIELD_STATUS, quic_go_status(hit));
	if (hit_integer(hit, FIELD_RESPONSE_BYTES).presence == ABSENT)
		hit_set_integer(hit, FIELD_RESPONSE_BYTES, (struct integer){ UNREADABLE, 0 });
	net_http_complete(hit);
}

/* The types of the first two parameters do not matter: both are pointers, and their order has changed. */
#define ALWAYS 0, LATER
#define CALLER_PARAMETERS(module, request)                                                  \
	"&panicked *bool, s *" module "/http3.Server, handler net/http.Handler, r *" module \
	"/http3.responseWriter, " request
#define WRITER_PARAMETER(module) "w *" module "/http3.responseWriter"
#define STREAM_CALLER_PARAMETERS CALLER_PARAMETERS(QUIC_GO, "&req **net/http.Request")

/* What makes a request. Without options: the layout of theirs is not in a stripped program. */
#define ROUND_TRIP(module, type) module "/http3.(*" type ").RoundTrip"
#define ROUND_TRIP_FUNCTION(module, type)                                                        \
	{                                                                                        \
		ROUND_TRIP(module, type), "t *" module "/http3." type ", req *net/http.Request", \
			"_ *net/http.Response, err error", ALWAYS                                \
	}

/* In later releases another closure, for trailers, refers to the request: it has become a variable of both. */
static const struct layout_function functions[] = {
	{ CONNECTION(QUIC_GO) CALLER, STREAM_CALLER_PARAMETERS, "", ALWAYS },
	{ SERVER(QUIC_GO) CALLER, CALLER_PARAMETERS(QUIC_GO, "req *net/http.Request"), "", ALWAYS },
	{ WRITER(QUIC_GO) "Flush", WRITER_PARAMETER(QUIC_GO), "", ALWAYS },
	{ WRITER(QUIC_GO) "flushTrailers", WRITER_PARAMETER(QUIC_GO), "", ALWAYS },
	{ WRITER(QUIC_GO) "HTTPStream", WRITER_PARAMETER(QUIC_GO), "", ALWAYS },
	ROUND_TRIP_FUNCTION(QUIC_GO, "Transport"),
	ROUND_TRIP_FUNCTION(QUIC_GO, "RoundTripper"),
	ROUND_TRIP_FUNCTION(QUIC_GO, "ClientConn"),
	ROUND_TRIP_FUNCTION(QUIC_GO, "SingleDestinationRoundTripper"),
};

static const struct layout_function old_functions[] = {
	{ SERVER(OLD_QUIC_GO) CALLER, CALLER_PARAMETERS(OLD_QUIC_GO, "req *net/http.Request"), "",
	  ALWAYS },
	{ WRITER(OLD_QUIC_GO) "Flush", WRITER_PARAMETER(OLD_QUIC_GO), "", ALWAYS },
	ROUND_TRIP_FUNCTION(OLD_QUIC_GO, "RoundTripper"),
};

/* A copy that serves, or makes requests, has one of these methods, which are called through an interface. */
static const char *const landmarks[] = {
	WRITER(QUIC_GO) "WriteHeader",
	ROUND_TRIP(QUIC_GO, "Transport"),
	ROUND_TRIP(QUIC_GO, "RoundTripper"),
	ROUND_TRIP(QUIC_GO, "ClientConn"),
	NULL,
};
static const char *const old_landmarks[] = {
	WRITER(OLD_QUIC_GO) "WriteHeader",
	ROUND_TRIP(OLD_QUIC_GO, "RoundTripper"),
	NULL,
};

/* Layouts come from the program, whatever the release. */
static const struct library library = {
	.module = QUIC_GO,
	.landmarks = landmarks,
	.functions = functions,
	.function_count = COUNT(functions),
};

static const struct library old_library = {
	.module = OLD_QUIC_GO,
	.landmarks = old_landmarks,
	.functions = old_functions,
	.function_count = COUNT(old_functions),
};

const struct protocol protocol_quic_go = {
	.server = QUIC_GO,
	.name = "quic-go",
	.library = &library,
	.manner = "over HTTP/3",
	.probes = probes,
	.probe_count = COUNT(probes),
	.complete = quic_go_complete,
};

const struct protocol protocol_old_quic_go = {
	.server = OLD_QUIC_GO,
	.name = "quic-go",
	.library = &old_library,
	.manner = "over HTTP/3",
	.probes = old_probes,
	.probe_count = COUNT(old_probes),
	.complete = quic_go_complete,
};

/* ---- the client ---- */

static const struct capture round_trip[] = { ROUND_TRIP_CAPTURES };

static const struct capture response[] = { ROUND_TRIP_RESPONSE };

/* A request by a transport that keeps connections passes the method of the connection, too: it is one (protocol.carries). */
#define ROUND_TRIP_PROBES(function)                                             \
	{ function, PLAN_ROLE_CALL, CAPTURES(round_trip) },                     \
	{                                                                       \
		function, PLAN_ROLE_RETURN, CAPTURES(response), .returns = true \
	}

static const struct probe_request client_probes[] = {
	ROUND_TRIP_PROBES(ROUND_TRIP(QUIC_GO, "Transport")), /* from 0.49.0 on */
	ROUND_TRIP_PROBES(ROUND_TRIP(QUIC_GO, "RoundTripper")),
	ROUND_TRIP_PROBES(ROUND_TRIP(QUIC_GO, "ClientConn")), /* from 0.49.0 on */
	ROUND_TRIP_PROBES(ROUND_TRIP(QUIC_GO, "SingleDestinationRoundTripper")),
	/* For a call that a panic or runtime.Goexit left. */
	{ GOROUTINE_EXIT, PLAN_ROLE_GOROUTINE_EXIT, CAPTURES(goroutine) },
};

static const struct probe_request old_client_probes[] = {
	ROUND_TRIP_PROBES(ROUND_TRIP(OLD_QUIC_GO, "RoundTripper")),
	{ GOROUTINE_EXIT, PLAN_ROLE_GOROUTINE_EXIT, CAPTURES(goroutine) },
};

#define CLIENT(module, of_library, of_probes)                                                \
	{                                                                                    \
		.side = SIDE_CLIENT, .server = module "/http3.Transport", .name = "quic-go", \
		.library = &of_library, .manner = "over HTTP/3", .probes = of_probes,        \
		.probe_count = COUNT(of_probes), .complete = net_http_client_complete,       \
		.error = "error=ret1", .carries = true                                       \
	}

const struct protocol protocol_quic_go_client = CLIENT(QUIC_GO, library, client_probes);
const struct protocol protocol_old_quic_go_client =
	CLIENT(OLD_QUIC_GO, old_library, old_client_probes);
