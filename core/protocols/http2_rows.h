/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_HTTP2_ROWS_H
#define GOHTTPSNOOP_CORE_HTTP2_ROWS_H

#include "net_http_rows.h"

/*
 * The rows that every home of Go's HTTP/2 server has: it is bundled into net/http, in a package of its own
 * from Go 1.27 on, and in golang.org/x/net. `home` is what the names of its methods begin with.
 */

#define HTTP2_RUN_HANDLER_CAPTURES START_CAPTURES("rw", "req")

/* A handler that HTTP/2 calls without net/http's server in between. */
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
 * A stream's handler that panics makes the deferred function send a reset frame; that call is in no
 * other path. `goroutine`: the captures, of the goroutine alone.
 */
#define HTTP2_PANIC(home, goroutine)                                                       \
	{                                                                                  \
		home "serverConn).runHandler.func1", PLAN_ROLE_PANIC, CAPTURES(goroutine), \
			.call = home "serverConn).writeFrameFromHandler"                   \
	}

/* The call by which a request's end comes to its probe. */
#define HTTP2_CALLS_DONE(home)                                                          \
	{                                                                               \
		home "serverConn).runHandler.func1", home "responseWriter).handlerDone" \
	}

#endif
