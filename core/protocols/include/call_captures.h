/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_CALL_CAPTURES_H
#define GOHTTPSNOOP_CORE_CALL_CAPTURES_H

#include "probe.h"

/* The end of a goroutine, and of all its open calls. */
extern const struct probe_request protocol_goroutine_end;

/* The type of the parameter by which a function takes a request. */
extern const char call_request_type[];

/*
 * The captures for calls of a function: the keys of a request if a parameter is an *http.Request, by the name of that
 * parameter (or NULL), and with `frame` what distinguishes this call from other calls of its goroutine. `root` says
 * that the request is that parameter; without one it is not used.
 */
enum { CALL_MAX_CAPTURES = 16 };

struct call_captures {
	struct capture captures[CALL_MAX_CAPTURES];
	size_t count;
	struct scope_root root;
};

void call_captures_init(struct call_captures *captures, const char *parameter, bool frame);

#endif
