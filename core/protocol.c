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
#define REQUEST_CAPTURES(request)                                                                  \
	{request ".Method", FIELD_METHOD, .lookahead = AFTER_METHOD},                              \
	{request ".URL.Path", FIELD_PATH, .lookahead = AFTER_PATH},                                \
	{request ".URL.RawQuery", FIELD_QUERY},                                                    \
	{request ".Host", FIELD_HOST},                                                             \
	{request ".RemoteAddr", FIELD_REMOTE},                                                     \
	{request ".ProtoMajor", FIELD_PROTOCOL_MAJOR},                                             \
	{request ".ProtoMinor", FIELD_PROTOCOL_MINOR},                                             \
	{request ".TLS", FIELD_TLS},                                                               \
	{request ".ContentLength", FIELD_REQUEST_BYTES}

static const struct capture serve_http[] = {
	{"rw.data", FIELD_KEY, .required = true},
	{"g.goid", FIELD_GOID},
	REQUEST_CAPTURES("req"),
};

static const struct capture finish_request[] = {
	{"w", FIELD_KEY, .required = true},
	{"w.status", FIELD_STATUS},
	{"w.written", FIELD_RESPONSE_BYTES},
	{"w.req.Pattern", FIELD_ROUTE},
};

static const struct capture handler_done[] = {
	{"w", FIELD_KEY, .required = true},
	{"w.rws.status", FIELD_STATUS},
	{"w.rws.wroteBytes", FIELD_RESPONSE_BYTES},
	{"w.rws.req.Pattern", FIELD_ROUTE},
};

static const struct probe_request http_server_probes[] = {
	{"net/http.serverHandler.ServeHTTP", PLAN_ROLE_START, serve_http, COUNT(serve_http)},
	{"net/http.(*response).finishRequest", PLAN_ROLE_END, finish_request, COUNT(finish_request)},
	{"net/http.(*http2responseWriter).handlerDone", PLAN_ROLE_END, handler_done,
	 COUNT(handler_done)},
	/* Go 1.27 moved HTTP/2 into a package of its own. */
	{"net/http/internal/http2.(*responseWriter).handlerDone", PLAN_ROLE_END, handler_done,
	 COUNT(handler_done)},
};

const struct protocol protocol_http_server = {
	.name = "net/http server",
	.probes = http_server_probes,
	.probe_count = COUNT(http_server_probes),
};

static const struct capture call_templates[] = {
	{"g.goid", FIELD_GOID},
	REQUEST_CAPTURES("%s"),
	{"%s.Pattern", FIELD_ROUTE},
};

_Static_assert(COUNT(call_templates) == CALL_CAPTURE_COUNT, "one text a capture");

void call_captures_init(struct call_captures *captures, const char *parameter)
{
	for (size_t i = 0; i < CALL_CAPTURE_COUNT; i++) {
		const char *template = call_templates[i].expression;

		if (template[0] == '%')
			snprintf(captures->texts[i], CALL_CAPTURE_TEXT, "%.64s%s", parameter,
				 template + 2);
		else
			snprintf(captures->texts[i], CALL_CAPTURE_TEXT, "%s", template);
		captures->captures[i] = call_templates[i];
		captures->captures[i].expression = captures->texts[i];
	}
}
