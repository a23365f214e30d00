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
#define CHI "github.com/go-chi/chi"
#define CHI_V5 CHI "/v5"
#define GIN "github.com/gin-gonic/gin"

/* As many contexts as a short plan has room for (contract.h). */
enum { ROUTER_CHAIN_MAX = 8 };

/* What a router is observed with is joined with the request of its goroutine. */
#define GOROUTINE_CAPTURE                               \
	{                                               \
		"@g.goid", FIELD_GOID, .required = true \
	}

#define CHOICE_CAPTURES(route) { route, FIELD_ROUTE, .required = true }, GOROUTINE_CAPTURE

/* If this goroutine has no request, the context of `request` leads to it. */
#define CONTEXT_CAPTURE(request)                                                \
	{                                                                       \
		request ".ctx", FIELD_CONTEXT_CHAIN, .chain = ROUTER_CHAIN_MAX, \
						     .extra = EXTRA_ROUTES      \
	}

/* A router is called with this request. */
static const struct capture router_begin[] = { CONTEXT_CAPTURE("r"), GOROUTINE_CAPTURE };

/* ---- net/http ---- */

/* The pattern is a result of findHandler, which gets the request. */
static const struct capture serve_mux_choice[] = { CHOICE_CAPTURES("patStr") };

static const struct probe_request serve_mux_probes[] = {
	{ SERVE_MUX "ServeHTTP", PLAN_ROLE_ROUTE, CAPTURES(router_begin),
	  .call = SERVE_MUX "findHandler", .companion = TIMEOUT_HANDLER, .on_demand = true },
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

static const struct capture gorilla_choice[] = {
	CHOICE_CAPTURES("route.regexp.path.template"),
	CONTEXT_CAPTURE("r"),
};

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

/* ---- chi and gin ---- */

/*
 * Both keep what they know of a request in an object of a pool, and put it back when the handler has returned: the call is
 * in their ServeHTTP, and its only argument is the object, with the route that was chosen.
 */
#define PUT_BACK "sync.(*Pool).Put"

#define LATE_ROUTER_PROBES(function, begin, choice)                                              \
	{ function, PLAN_ROLE_ROUTE, CAPTURES(begin), .on_demand = true },                       \
	{                                                                                        \
		function, PLAN_ROLE_ROUTE, CAPTURES(choice), .call = PUT_BACK, .on_demand = true \
	}

#define LATE_ROUTER(of_library, of_manner, of_probes)                                      \
	{                                                                                  \
		.server = NET_HTTP, .name = "net/http", .library = &of_library,            \
		.manner = of_manner, .probes = of_probes, .probe_count = COUNT(of_probes), \
		.chooses_late = true                                                       \
	}

/* A router within a router has a pattern of its own. */
#define CHI_PATTERNS(module) "x.data.(*" module ".Context).RoutePatterns"
#define CHI_PATTERN(module, number, of_field)                                 \
	{                                                                     \
		CHI_PATTERNS(module)                                          \
		"[" number "]", of_field, .required = true, .unchecked = true \
	}
#define CHI_CHOICE_CAPTURES(module)                                                               \
	GOROUTINE_CAPTURE, CHI_PATTERN(module, "0", FIELD_ROUTE),                                 \
		CHI_PATTERN(module, "1", FIELD_ROUTE_2), CHI_PATTERN(module, "2", FIELD_ROUTE_3), \
		CHI_PATTERN(module, "3", FIELD_ROUTE_4),                                          \
	{                                                                                         \
		"len(" CHI_PATTERNS(module) ")", FIELD_ROUTE_PARTS, .required = true              \
	}

#define CHI_SERVE_HTTP(module) module ".(*Mux).ServeHTTP"
#define CHI_PARAMETERS(module) "mx *" module ".Mux, w net/http.ResponseWriter, r *net/http.Request"

static const struct capture chi_choice[] = { CHI_CHOICE_CAPTURES(CHI) };
static const struct capture chi_v5_choice[] = { CHI_CHOICE_CAPTURES(CHI_V5) };

static const struct probe_request chi_probes[] = { LATE_ROUTER_PROBES(CHI_SERVE_HTTP(CHI),
								      router_begin, chi_choice) };
static const struct probe_request chi_v5_probes[] = { LATE_ROUTER_PROBES(
	CHI_SERVE_HTTP(CHI_V5), router_begin, chi_v5_choice) };

static const struct layout_function chi_functions[] = {
	{ CHI_SERVE_HTTP(CHI), CHI_PARAMETERS(CHI), "", 0, LATER },
};
static const struct layout_function chi_v5_functions[] = {
	{ CHI_SERVE_HTTP(CHI_V5), CHI_PARAMETERS(CHI_V5), "", 0, LATER },
};

static const struct library chi_library = {
	.module = CHI,
	.functions = chi_functions,
	.function_count = COUNT(chi_functions),
};
static const struct library chi_v5_library = {
	.module = CHI_V5,
	.functions = chi_v5_functions,
	.function_count = COUNT(chi_v5_functions),
};

const struct protocol protocol_chi = LATE_ROUTER(chi_library, "by " CHI, chi_probes);
const struct protocol protocol_chi_v5 = LATE_ROUTER(chi_v5_library, "by " CHI_V5, chi_v5_probes);

static const struct capture gin_choice[] = { CHOICE_CAPTURES("x.data.(*" GIN
							     ".Context).fullPath") };

#define GIN_SERVE_HTTP GIN ".(*Engine).ServeHTTP"

static const struct capture gin_begin[] = { CONTEXT_CAPTURE("req"), GOROUTINE_CAPTURE };

static const struct probe_request gin_probes[] = { LATE_ROUTER_PROBES(GIN_SERVE_HTTP, gin_begin,
								      gin_choice) };

static const struct layout_function gin_functions[] = {
	{ GIN_SERVE_HTTP,
	  "engine *" GIN ".Engine, w net/http.ResponseWriter, req *net/http.Request", "", 0,
	  LATER },
};

static const struct library gin_library = {
	.module = GIN,
	.functions = gin_functions,
	.function_count = COUNT(gin_functions),
};

const struct protocol protocol_gin = LATE_ROUTER(gin_library, "by " GIN, gin_probes);
