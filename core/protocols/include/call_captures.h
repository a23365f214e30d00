/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_CALL_CAPTURES_H
#define GOHTTPSNOOP_CORE_CALL_CAPTURES_H

#include "probe.h"

/* The end of a goroutine, and of all its open calls. */
extern const struct probe_request protocol_goroutine_end;

/* The types of parameters by which a function takes a request, or the context of one. */
extern const char call_request_type[], call_context_type[];

/* The parameters of these types; NULL: there is none. */
struct call_parameters {
	const char *request, *context;
};

enum { CALL_MAX_CAPTURES = 20, CALL_ROOTS = 2 };

/*
 * The captures for calls of a function: the keys of a request if a parameter is one, what leads to the request for which
 * it is called (an extra, see trace_spec.h), and with `frame` what distinguishes this call from other calls of its
 * goroutine. `roots` says what names in captures stand for these parameters.
 */
struct call_captures {
	struct capture captures[CALL_MAX_CAPTURES];
	size_t count;
	struct scope_root roots[CALL_ROOTS];
};

void call_captures_init(struct call_captures *captures, const struct call_parameters *parameters,
			bool frame);

#endif
