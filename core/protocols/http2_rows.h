/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_HTTP2_ROWS_H
#define GOHTTPSNOOP_CORE_HTTP2_ROWS_H

#include "net_http_rows.h"

/*
 * The rows for each variant of Go's HTTP/2 server: it is bundled into net/http, in its own package from Go 1.27 on,
 * and in golang.org/x/net. `home` is the prefix of the names of its methods.
 */

#define HTTP2_RUN_HANDLER_CAPTURES START_CAPTURES("rw", "req")

/* The call of a handler by HTTP/2 that does not pass net/http's server. */
#define HTTP2_HANDLER "net/http.http2Handler.ServeHTTP"
#define HTTP2_HANDLER_CAPTURES START_CAPTURES("w", "req")

#define HTTP2_DONE_CAPTURES                                                     \
	{ "w", FIELD_KEY, .required = true }, { "w.rws.status", FIELD_STATUS }, \
		{ "w.rws.wroteBytes", FIELD_RESPONSE_BYTES },                   \
	{                                                                       \
		"w.rws.sentContentLen", FIELD_SENT_LENGTH                       \
	}

#define HTTP2_REQUEST_ROOTS   \
	{                     \
		REQUEST_ROOT, \
		{             \
			"req" \
		}             \
	}
#define HTTP2_RESPONSE_ROOTS                     \
	{ RESPONSE_ROOT, { "w", "rws" } },       \
	{                                        \
		SENT_HEADERS_ROOT,               \
		{                                \
			"w", "rws", "snapHeader" \
		}                                \
	}

/*
 * If a stream's handler panics, the deferred function sends a reset frame; no other path has this call. `goroutine`:
 * the captures of the goroutine.
 */
#define HTTP2_PANIC(home, goroutine)                                                             \
	{                                                                                        \
		home "serverConn).runHandler.func1", PLAN_ROLE_PANIC, CAPTURES(goroutine),       \
			.call = home "serverConn).writeFrameFromHandler", .needs_no_types = true \
	}

/* The call by which the end of a request reaches its probe. */
#define HTTP2_CALLS_DONE(home)                                                          \
	{                                                                               \
		home "serverConn).runHandler.func1", home "responseWriter).handlerDone" \
	}

#endif
