/* SPDX-License-Identifier: MIT */
#include "call_captures.h"

#include "net_http_rows.h"

const char call_request_type[] = "*net/http.Request";

static const struct capture frame_captures[] = {
	{ "@g.goid", FIELD_GOID, .required = true },
	{ "@g.stack.hi", FIELD_STACK_END, .required = true },
	{ "@sp", FIELD_STACK_POINTER, .required = true },
};

static const struct capture goroutine[] = {
	{ "@g.goid", FIELD_GOID, .required = true },
};

const struct probe_request protocol_goroutine_end = {
	GOROUTINE_EXIT,
	PLAN_ROLE_GOROUTINE_EXIT,
	CAPTURES(goroutine),
};

static const struct capture call_captures[] = {
	{ "@g.goid", FIELD_GOID },
	REQUEST_CAPTURES(REQUEST_ROOT),
	{ REQUEST_ROOT ".Pattern", FIELD_ROUTE },
};

_Static_assert(COUNT(frame_captures) + COUNT(call_captures) <= CALL_MAX_CAPTURES, "room for all");

void call_captures_init(struct call_captures *captures, const char *parameter, bool frame)
{
	captures->root = (struct scope_root){ REQUEST_ROOT, { parameter } };
	captures->count = 0;
	for (size_t i = 0; frame && i < COUNT(frame_captures); i++)
		captures->captures[captures->count++] = frame_captures[i];
	/* The first capture is the goroutine, which is also part of the frame. */
	for (size_t i = frame; i < (parameter ? COUNT(call_captures) : 1); i++)
		captures->captures[captures->count++] = call_captures[i];
}
