/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TRACE_SPEC_H
#define GOHTTPSNOOP_CORE_TRACE_SPEC_H

#include "capture_spec.h"
#include "function_request.h"
#include "request_captures.h"

/*
 * What a user wants to have traced: these functions, or, without any, whole requests. Made once, from the
 * options, and handed down as it is.
 */
struct trace_spec {
	const struct function_request *functions;
	size_t function_count;
	bool latency; /* of functions: how long calls take, and what they return */
	const struct request_captures
		*requests; /* what of requests beside their keys; NULL for nothing */
	struct capture_spec values;
};

#endif
