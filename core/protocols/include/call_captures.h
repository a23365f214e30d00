/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_CALL_CAPTURES_H
#define GOHTTPSNOOP_CORE_CALL_CAPTURES_H

#include "probe.h"

/* The end of a goroutine, and of all that it had called. */
extern const struct probe_request protocol_goroutine_end;

/* The type of the parameter by which a function takes a request. */
extern const char call_request_type[];

/*
 * The captures for calls of a function: a request's keys where it takes an *http.Request, by the name of
 * that parameter (or NULL), and with `frame` what tells this call from others of its goroutine. `root` says
 * that the request is that parameter; it is of no use without one.
 */
enum { CALL_MAX_CAPTURES = 16 };

struct call_captures {
	struct capture captures[CALL_MAX_CAPTURES];
	size_t count;
	struct scope_root root;
};

void call_captures_init(struct call_captures *captures, const char *parameter, bool frame);

#endif
