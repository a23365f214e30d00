/* SPDX-License-Identifier: MIT */
/*
 * The requests that a program makes by fasthttp's clients, each of which uses HostClient. The response is no result but a
 * parameter, so the request ends where its header is parsed, on the same goroutine, or, without one, at the return.
 */
#include "fasthttp.h"
#include "protocol_registry.h"
#include "row_notation.h"

/* A URI that has not been parsed yet is empty; the target is a whole URL then. */
static const struct capture do_request[] = {
	FRAME_CAPTURES,
	{ "req.Header.method", FIELD_METHOD },
	{ "req.uri.scheme", FIELD_SCHEME },
	{ "req.uri.host", FIELD_HOST },
	{ "req.uri.path", FIELD_PATH },
	{ "req.uri.queryString", FIELD_QUERY },
	{ "req.Header.requestURI", FIELD_TARGET },
	{ "req.Header.contentLength", FIELD_DECLARED_BYTES },
	{ "req.bodyStream.data", FIELD_BODY_STREAM },
	{ "len(req.bodyRaw)", FIELD_BORROWED_BYTES },
	{ "len(req.body.B)", FIELD_BUFFERED_BYTES },
	PARENT_CAPTURE,
};

static const struct capture response_header[] = {
	{ "@g.goid", FIELD_GOID, .required = true },
	{ "h.statusCode", FIELD_STATUS },
	{ "h.noHTTP11", FIELD_PROTOCOL_MINOR },
};

static const struct capture returned[] = {
	FRAME_CAPTURES,
	{ "ret1.tab", FIELD_ERROR },
};

static const struct capture goroutine[] = {
	{ "@g.goid", FIELD_GOID, .required = true },
};

static const struct probe_request probes[] = {
	{ FASTHTTP_DO, PLAN_ROLE_CALL, CAPTURES(do_request) },
	{ FASTHTTP_DO, PLAN_ROLE_RETURN, CAPTURES(returned), .returns = true },
	{ FASTHTTP_RESPONSE_HEADER, PLAN_ROLE_END, CAPTURES(response_header) },
	/* For a call that a panic or runtime.Goexit left. */
	{ GOROUTINE_EXIT, PLAN_ROLE_GOROUTINE_EXIT, CAPTURES(goroutine) },
};

/* The length of a body from a stream is known only if it is declared. */
static struct integer client_body_bytes(const struct hit *hit)
{
	struct integer stream = hit_integer(hit, FIELD_BODY_STREAM);
	struct integer declared = hit_integer(hit, FIELD_DECLARED_BYTES);
	struct integer borrowed = hit_integer(hit, FIELD_BORROWED_BYTES);
	struct integer buffered = hit_integer(hit, FIELD_BUFFERED_BYTES);

	if (stream.presence == PRESENT && stream.value)
		return declared.presence == PRESENT && declared.value >= 0 ?
			       declared :
			       (struct integer){ PRESENT, -1 };
	if (borrowed.presence == PRESENT && borrowed.value > 0)
		return borrowed;
	return buffered.presence == PRESENT ? buffered : (struct integer){ PRESENT, 0 };
}

/* An empty URI has not been parsed: path and query are those of the target then. */
static void complete_uri(struct hit *hit)
{
	static const struct text unknown = { .presence = UNREADABLE };
	struct text path = hit_text(hit, FIELD_PATH);

	if (path.presence == PRESENT && path.length == 0) {
		hit_set_text(hit, FIELD_SCHEME, unknown);
		hit_set_text(hit, FIELD_HOST, unknown);
		return;
	}
	hit_set_text(hit, FIELD_TARGET, (struct text){ .presence = ABSENT });
	if (hit_text(hit, FIELD_QUERY).length == 0)
		hit_set_text(hit, FIELD_QUERY, (struct text){ .presence = ABSENT });
}

static void fasthttp_client_complete(struct hit *hit)
{
	bool is_begin = hit_text(hit, FIELD_METHOD).presence != ABSENT;
	bool is_header = hit_integer(hit, FIELD_STATUS).presence != ABSENT;

	if (is_begin) {
		fasthttp_complete_method(hit);
		complete_uri(hit);
		hit_set_integer(hit, FIELD_REQUEST_BYTES, client_body_bytes(hit));
	} else if (is_header) {
		fasthttp_complete_version(hit);
		hit_set_integer(hit, FIELD_ERROR, (struct integer){ PRESENT, 0 });
	} else {
		hit_set_integer(hit, FIELD_STATUS, (struct integer){ UNREADABLE, 0 });
	}
}

const struct protocol protocol_fasthttp_client = {
	.side = SIDE_CLIENT,
	.server = FASTHTTP ".HostClient",
	.name = "fasthttp",
	.library = &fasthttp_library,
	.manner = "by " FASTHTTP "'s clients",
	.probes = probes,
	.probe_count = COUNT(probes),
	.complete = fasthttp_client_complete,
	.error = "error=ret1",
	.ends_at_header = true,
};
