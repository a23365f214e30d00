/* SPDX-License-Identifier: MIT */
#include "call_captures.h"

#include "net_http_rows.h"

#define CONTEXT_ROOT "ctx"

const char call_request_type[] = "*net/http.Request";
const char call_context_type[] = "context.Context";

static const struct capture frame_captures[] = { FRAME_CAPTURES };

static const struct capture goroutine[] = {
	{ "@g.goid", FIELD_GOID, .required = true },
};

const struct probe_request protocol_goroutine_end = {
	GOROUTINE_EXIT,
	PLAN_ROLE_GOROUTINE_EXIT,
	CAPTURES(goroutine),
};

static const struct capture goroutine_captures[] = {
	{ "@g.goid", FIELD_GOID },
};

static const struct capture request_captures[] = {
	REQUEST_CAPTURES(REQUEST_ROOT),
	{ REQUEST_ROOT ".Pattern", FIELD_ROUTE },
};

static const struct capture context_links[] = { LINK_CAPTURES(CONTEXT_ROOT) };
static const struct capture parent_links[] = { PARENT_CAPTURE };
static const struct capture request_links[] = { LINK_CAPTURES(REQUEST_ROOT ".ctx") };

_Static_assert(COUNT(frame_captures) + COUNT(request_captures) + COUNT(request_links) <=
		       CALL_MAX_CAPTURES,
	       "room for all");

static void take_captures(struct call_captures *captures, const struct capture *added, size_t count)
{
	for (size_t i = 0; i < count; i++)
		captures->captures[captures->count++] = added[i];
}

void call_captures_init(struct call_captures *captures, const struct call_parameters *parameters,
			bool frame)
{
	captures->roots[0] = (struct scope_root){ REQUEST_ROOT, { parameters->request } };
	captures->roots[1] = (struct scope_root){ CONTEXT_ROOT, { parameters->context } };
	captures->count = 0;
	/* The goroutine is also part of the frame. */
	if (frame)
		take_captures(captures, frame_captures, COUNT(frame_captures));
	else
		take_captures(captures, goroutine_captures, COUNT(goroutine_captures));
	if (parameters->request)
		take_captures(captures, request_captures, COUNT(request_captures));
	if (parameters->context)
		take_captures(captures, context_links, COUNT(context_links));
	else if (parameters->request)
		take_captures(captures, request_links, COUNT(request_links));
	else
		take_captures(captures, parent_links, COUNT(parent_links));
}
