/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_CALL_CAPTURES_H
#define GOHTTPSNOOP_CORE_CALL_CAPTURES_H

#include "probe.h"

/* The end of a goroutine, and of all that it had called. */
extern const struct probe_request protocol_goroutine_end;

/*
 * The captures for calls of a function: a request's keys where it takes an *http.Request, by the name of
 * that parameter (or NULL), and with `frame` what tells this call from others of its goroutine. Views into
 * `texts`, which the caller keeps as long as the captures.
 */
enum {
	CALL_MAX_CAPTURES = 16,
	CALL_CAPTURE_TEXT = EXPRESSION_MAX_NAME + 32, /* a name that is too long is still so */
};

struct call_captures {
	char texts[CALL_MAX_CAPTURES][CALL_CAPTURE_TEXT];
	struct capture captures[CALL_MAX_CAPTURES];
	size_t count;
};

void call_captures_init(struct call_captures *captures, const char *parameter, bool frame);

#endif
