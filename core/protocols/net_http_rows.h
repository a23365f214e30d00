/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_NET_HTTP_ROWS_H
#define GOHTTPSNOOP_CORE_NET_HTTP_ROWS_H

#include "hit.h"
#include "hit_field.h"
#include "library.h"
#include "row_notation.h"

/* What the protocols of net/http's server, and those of its clients, use. */

#define NET_HTTP "net/http"

/* All requests pass this function, except those that HTTP/2 passes to a handler itself. */
#define SERVE_HTTP "net/http.serverHandler.ServeHTTP"

/*
 * In HTTP/1 the method, path and query are parts of one buffer, the request line, in that order: a read that
 * continues this far after one of them usually includes the next.
 */
enum { AFTER_METHOD = 96, AFTER_PATH = 64 };

/* The trace that a request belongs to; `request` is an http.Request. */
#define TRACE_CAPTURE(request)                                                                  \
	{                                                                                       \
		request ".Header[\"Traceparent\"][0]", FIELD_TRACEPARENT, .extra = EXTRA_TRACES \
	}

/*
 * What an http.Request contains from the start. The protocol is read from its version numbers, which need no extra
 * read.
 */
#define REQUEST_CAPTURES(request)                                                               \
	{ request ".Method", FIELD_METHOD, .lookahead = AFTER_METHOD },                         \
		{ request ".URL.Path", FIELD_PATH, .lookahead = AFTER_PATH },                   \
		{ request ".URL.RawQuery", FIELD_QUERY }, { request ".Host", FIELD_HOST },      \
		{ request ".RemoteAddr", FIELD_REMOTE },                                        \
		{ request ".ProtoMajor", FIELD_PROTOCOL_MAJOR },                                \
		{ request ".ProtoMinor", FIELD_PROTOCOL_MINOR }, { request ".TLS", FIELD_TLS }, \
		{ request ".ContentLength", FIELD_REQUEST_BYTES }, TRACE_CAPTURE(request),      \
	{                                                                                       \
		request ".ctx.data", FIELD_CONTEXT, .extra = EXTRA_LINKS | EXTRA_ROUTES         \
	}

/* The key, by the name of the response writer, and what a request contains at its start. */
#define START_CAPTURES(key, request) \
	{ key, FIELD_KEY, .required = true }, { "@g.goid", FIELD_GOID }, REQUEST_CAPTURES(request)

/* net/http and the packages net/url and net/textproto, as far as its requests refer to them. */
extern const struct library net_http_library;

/*
 * Completes a response of net/http's server, or of one derived from it, from its captured fields (protocol.complete).
 */
void net_http_complete(struct hit *hit);

/* ---- what all transports of requests have in common ---- */

/* A request that is made: `req`, an http.Request. */
#define ROUND_TRIP_CAPTURES                                                                        \
	FRAME_CAPTURES, { "req.Method", FIELD_METHOD }, { "req.URL.Scheme", FIELD_SCHEME },        \
		{ "req.URL.Host", FIELD_HOST }, { "req.URL.Path", FIELD_PATH },                    \
		{ "req.URL.RawQuery", FIELD_QUERY }, { "req.ContentLength", FIELD_REQUEST_BYTES }, \
		{ "req.Body.tab", FIELD_BODY_STREAM }, LINK_CAPTURES("req.ctx"),                   \
		TRACE_CAPTURE("req")

/* What is returned: the header of the response has been read; its body has not. */
#define ROUND_TRIP_RESPONSE                                  \
	FRAME_CAPTURES, { "ret0.StatusCode", FIELD_STATUS }, \
		{ "ret0.ProtoMajor", FIELD_PROTOCOL_MAJOR }, \
		{ "ret0.ProtoMinor", FIELD_PROTOCOL_MINOR }, \
	{                                                    \
		"ret1.tab", FIELD_ERROR                      \
	}

#define TCP_PEER(tcp, member) tcp ".fd.raddr.(*net.TCPAddr)." member
#define TCP_PEER_CAPTURES(tcp)                                                             \
	{ TCP_PEER(tcp, "IP"), FIELD_PEER_ADDRESS, .required = true },                     \
		{ "cap(" TCP_PEER(tcp, "IP") ")", FIELD_PEER_CAPACITY, .required = true }, \
	{                                                                                  \
		TCP_PEER(tcp, "Port"), FIELD_PEER_PORT, .required = true                   \
	}

/* The connection for a request is chosen: `connection`, a net.Conn, is TCP's, or TLS's over TCP. */
#define CONNECTION_CAPTURES(connection)                          \
	{ "@g.goid", FIELD_GOID, .required = true },             \
		TCP_PEER_CAPTURES(connection ".(*net.TCPConn)"), \
		TCP_PEER_CAPTURES(connection ".(*crypto/tls.Conn).conn.(*net.TCPConn)")

/* Completes the request from its captured fields (protocol.complete). */
void net_http_client_complete(struct hit *hit);

#endif
