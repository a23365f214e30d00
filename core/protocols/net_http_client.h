/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_NET_HTTP_CLIENT_H
#define GOHTTPSNOOP_CORE_NET_HTTP_CLIENT_H

#include "hit.h"
#include "net_http_rows.h"

/* What all transports of net/http's requests have in common. */

/* A request that is made: `req`, an http.Request. */
#define ROUND_TRIP_CAPTURES                                                                        \
	FRAME_CAPTURES, { "req.Method", FIELD_METHOD }, { "req.URL.Scheme", FIELD_SCHEME },        \
		{ "req.URL.Host", FIELD_HOST }, { "req.URL.Path", FIELD_PATH },                    \
		{ "req.URL.RawQuery", FIELD_QUERY }, { "req.ContentLength", FIELD_REQUEST_BYTES }, \
		{ "req.Body.tab", FIELD_BODY_STREAM }, LINK_CAPTURES("req.ctx"),                   \
		TRACE_CAPTURE("req")

/* What is returned: the header of the response has been read; its body has not. */
#define RESPONSE_CAPTURES                                    \
	FRAME_CAPTURES, { "ret0.StatusCode", FIELD_STATUS }, \
		{ "ret0.ProtoMajor", FIELD_PROTOCOL_MAJOR }, \
		{ "ret0.ProtoMinor", FIELD_PROTOCOL_MINOR }, \
	{                                                    \
		"ret1.tab", FIELD_ERROR                      \
	}

/* Completes the request from its captured fields (protocol.complete). */
void net_http_client_complete(struct hit *hit);

#endif
