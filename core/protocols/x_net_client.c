/* SPDX-License-Identifier: MIT */
/* The requests that a program makes by the Transport of golang.org/x/net/http2, by each copy of it in a binary. */
#include "net_http_rows.h"
#include "protocol_registry.h"
#include "x_net_http2.h"

static const struct capture round_trip[] = { ROUND_TRIP_CAPTURES };

static const struct capture response[] = { ROUND_TRIP_RESPONSE };

static const struct capture connection[] = { CONNECTION_CAPTURES("cc.tconn") };

static const struct capture goroutine[] = {
	{ "@g.goid", FIELD_GOID, .required = true },
};

static const struct probe_request probes[] = {
	{ X_NET_ROUND_TRIP, PLAN_ROLE_CALL, CAPTURES(round_trip) },
	{ X_NET_ROUND_TRIP, PLAN_ROLE_RETURN, CAPTURES(response), .returns = true },
	{ X_NET_HTTP2 "(*ClientConn).RoundTrip", PLAN_ROLE_ROUTE, CAPTURES(connection) },
	/* Later releases call it without the one above. */
	{ X_NET_HTTP2 "(*ClientConn).roundTrip", PLAN_ROLE_ROUTE, CAPTURES(connection) },
	/* For a call that a panic or runtime.Goexit left. */
	{ GOROUTINE_EXIT, PLAN_ROLE_GOROUTINE_EXIT, CAPTURES(goroutine) },
};

const struct protocol protocol_x_net_client = {
	.side = SIDE_CLIENT,
	.server = X_NET_HTTP2 "Transport",
	.name = "x/net/http2",
	.library = &x_net_library,
	.manner = "by the Transport of golang.org/x/net/http2",
	.probes = probes,
	.probe_count = COUNT(probes),
	.complete = net_http_client_complete,
	.error = "error=ret1",
	.carries = true,
};
