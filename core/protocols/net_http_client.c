/* SPDX-License-Identifier: MIT */
/*
 * The requests that a program makes by net/http's Transport: one for each hop of a redirect. The Transport repeats
 * some requests itself, which is not seen.
 */
#include "net_http_rows.h"

#include "protocol_registry.h"

#define ROUND_TRIP "net/http.(*Transport).roundTrip"

static const struct capture round_trip[] = { ROUND_TRIP_CAPTURES };

static const struct capture response[] = { ROUND_TRIP_RESPONSE };

/*
 * The connection that was chosen, on the goroutine that makes the request. Over HTTP/2, another object has it. Programs and other
 * libraries may wrap connections: then there is no peer.
 */
static const struct capture http1_connection[] = { CONNECTION_CAPTURES("pc.conn") };
static const struct capture http2_connection[] = { CONNECTION_CAPTURES("cc.tconn") };

static const struct capture goroutine[] = {
	{ "@g.goid", FIELD_GOID, .required = true },
};

static const struct probe_request probes[] = {
	{ ROUND_TRIP, PLAN_ROLE_CALL, CAPTURES(round_trip) },
	{ ROUND_TRIP, PLAN_ROLE_RETURN, CAPTURES(response), .returns = true },
	{ "net/http.(*persistConn).roundTrip", PLAN_ROLE_ROUTE, CAPTURES(http1_connection) },
	{ "net/http.(*http2ClientConn).RoundTrip", PLAN_ROLE_ROUTE, CAPTURES(http2_connection) },
	/* Before Go 1.18 and from Go 1.23 on, which calls it without the one above. */
	{ "net/http.(*http2ClientConn).roundTrip", PLAN_ROLE_ROUTE, CAPTURES(http2_connection) },
	{ "net/http/internal/http2.(*ClientConn).roundTrip", PLAN_ROLE_ROUTE,
	  CAPTURES(http2_connection) },
	/* For a call that a panic or runtime.Goexit left. */
	{ GOROUTINE_EXIT, PLAN_ROLE_GOROUTINE_EXIT, CAPTURES(goroutine) },
};

/* A length of 0 is none if there is a body. http.NoBody is a body, too, and cannot be told from others here. */
static void complete_length(struct hit *hit)
{
	struct integer length = hit_integer(hit, FIELD_REQUEST_BYTES);
	struct integer body = hit_integer(hit, FIELD_BODY_STREAM);

	if (length.presence == PRESENT && length.value == 0 && body.presence == PRESENT &&
	    body.value)
		hit_set_integer(hit, FIELD_REQUEST_BYTES, (struct integer){ PRESENT, -1 });
}

/* A method that is not given is GET. */
void net_http_client_complete(struct hit *hit)
{
	static const char get[] = "GET";
	struct text method = hit_text(hit, FIELD_METHOD);

	complete_length(hit);
	if (method.presence == PRESENT && method.length == 0)
		hit_set_text(hit, FIELD_METHOD,
			     (struct text){ PRESENT, get, sizeof(get) - 1, sizeof(get) - 1 });
}

const struct protocol protocol_net_http_client = {
	.side = SIDE_CLIENT,
	.server = NET_HTTP ".Transport",
	.name = "net/http",
	.library = &net_http_library,
	.manner = "by net/http's Transport",
	.probes = probes,
	.probe_count = COUNT(probes),
	.complete = net_http_client_complete,
	.error = "error=ret1",
};
