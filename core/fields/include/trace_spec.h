/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TRACE_SPEC_H
#define GOHTTPSNOOP_CORE_TRACE_SPEC_H

#include "capture_spec.h"
#include "declaration.h"
#include "function_request.h"
#include "probe.h"
#include "request_captures.h"

/* Which requests: those that a program serves, those that it makes, or both. */
enum trace_sides { TRACE_SERVER, TRACE_CLIENT, TRACE_BOTH };

/* What is captured of requests only if it is asked for. */
enum extra {
	EXTRA_LINKS = 1,  /* what links requests of the two sides */
	EXTRA_TRACES = 2, /* the trace that a request belongs to */
	/* What links a router on another goroutine with the request; wanted by programs that can have one, see protocol_probes.c. */
	EXTRA_ROUTES = 4,
};

/*
 * What a user wants to trace: these functions or, without any, requests. Made once from the options, and passed down
 * unchanged.
 */
struct trace_spec {
	const struct function_request *functions;
	size_t function_count;
	size_t max_functions; /* that one pattern may match; 0: the usual number */
	bool within_requests; /* with functions: requests are traced, too, and calls are linked with them */
	const struct declarations *declarations; /* of functions of stripped programs; or NULL */
	/* Calls whose arguments have other numbers are left out in the kernel, where their returns are not traced. */
	const struct wanted_number *wanted;
	size_t wanted_count;
	bool latency;		/* of functions: the duration and the results of calls */
	bool probes_returns;	/* of functions: for `latency`, or because a result is captured */
	enum trace_sides sides; /* without functions */
	uint8_t extras;		/* of requests: bits of enum extra */
	const struct request_captures
		*requests; /* what is captured of requests beside their keys; NULL: nothing */
	struct capture_spec values;
};

#endif
