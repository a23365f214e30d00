/* SPDX-License-Identifier: MIT */
/*
 * Where routers choose the handler of a request: the route that they choose is put into a copy of the request, or into no request at
 * all. The probes are attached to programs whose requests lack a route.
 */
#include "net_http_rows.h"
#include "protocol_registry.h"
#include "release_range.h"
#include "row_notation.h"

#define SERVE_MUX "net/http.(*ServeMux)."
#define GORILLA "github.com/gorilla/mux"

/* A choice is joined with its request by the goroutine. */
#define CHOICE_CAPTURES(route)                          \
	{ route, FIELD_ROUTE, .required = true },       \
	{                                               \
		"@g.goid", FIELD_GOID, .required = true \
	}

/* The pattern is a result of findHandler. */
static const struct capture serve_mux_choice[] = { CHOICE_CAPTURES("patStr") };

static const struct probe_request serve_mux_probes[] = {
	{ SERVE_MUX "ServeHTTP", PLAN_ROLE_ROUTE, CAPTURES(serve_mux_choice),
	  .after_call = SERVE_MUX "findHandler", .on_demand = true },
};

const struct protocol protocol_serve_mux = {
	.server = NET_HTTP,
	.name = "net/http",
	.library = &net_http_library,
	.manner = "by http.ServeMux",
	.probes = serve_mux_probes,
	.probe_count = COUNT(serve_mux_probes),
};

/* ---- gorilla/mux ---- */

#define WITH_ROUTE GORILLA ".requestWithRoute"

static const struct capture gorilla_choice[] = { CHOICE_CAPTURES("route.regexp.path.template") };

static const struct probe_request gorilla_probes[] = {
	{ WITH_ROUTE, PLAN_ROLE_ROUTE, CAPTURES(gorilla_choice), .on_demand = true },
};

static const struct layout_function gorilla_functions[] = {
	{ WITH_ROUTE, "r *net/http.Request, route *" GORILLA ".Route", "*net/http.Request", 0,
	  LATER },
};

static const struct library gorilla_library = {
	.module = GORILLA,
	.functions = gorilla_functions,
	.function_count = COUNT(gorilla_functions),
};

const struct protocol protocol_gorilla_mux = {
	.server = NET_HTTP,
	.name = "net/http",
	.library = &gorilla_library,
	.manner = "by " GORILLA,
	.probes = gorilla_probes,
	.probe_count = COUNT(gorilla_probes),
};
