/* SPDX-License-Identifier: MIT */
#include "request.h"

/* What is known of a request from the moment its handler is called. */
static struct event event_of_start(const struct resolved_hit *start, int64_t wall_offset)
{
	const struct hit *hit = &start->hit;

	return (struct event){
		.time = (int64_t)start->head.time + wall_offset,
		.tid = start->head.tid,
		.goid = hit_integer(hit, FIELD_GOID),
		.method = hit_text(hit, FIELD_METHOD),
		.path = hit_text(hit, FIELD_PATH),
		.query = hit_text(hit, FIELD_QUERY),
		.host = hit_text(hit, FIELD_HOST),
		.remote = hit_text(hit, FIELD_REMOTE),
		.protocol_major = hit_integer(hit, FIELD_PROTOCOL_MAJOR),
		.protocol_minor = hit_integer(hit, FIELD_PROTOCOL_MINOR),
		.tls = hit_integer(hit, FIELD_TLS),
		.request_bytes = hit_integer(hit, FIELD_REQUEST_BYTES),
	};
}

struct event request_event(const struct resolved_hit *start, const struct resolved_hit *end,
			   enum outcome outcome, int64_t wall_offset)
{
	struct event event = event_of_start(start, wall_offset);

	event.type = EVENT_REQUEST;
	event.outcome = outcome;
	event.status.presence = UNREADABLE; /* unless the server finished the response */
	if (!end)
		return event;
	if (outcome == OUTCOME_OK)
		event.status = hit_integer(&end->hit, FIELD_STATUS);
	event.route = hit_text(&end->hit, FIELD_ROUTE);
	event.response_bytes = hit_integer(&end->hit, FIELD_RESPONSE_BYTES);
	event.duration = (struct integer){ PRESENT, end->head.time - start->head.time };
	return event;
}

struct event call_event(const struct resolved_hit *call, const char *function, int64_t wall_offset)
{
	struct event event = event_of_start(call, wall_offset);

	event.type = EVENT_CALL;
	event.function = function;
	event.route = hit_text(&call->hit, FIELD_ROUTE);
	return event;
}
