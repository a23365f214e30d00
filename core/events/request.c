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

/* A handler that wrote nothing leaves 0 behind; net/http then sends 200. */
static struct integer status_of(const struct hit *hit)
{
	struct integer status = hit_integer(hit, FIELD_STATUS);

	if (status.presence == PRESENT && status.value == 0)
		status.value = 200;
	return status;
}

/*
 * net/http counts what a handler writes also where it refuses that: beyond the declared Content-Length it
 * takes nothing of a write, nor of those that follow. Over HTTP/1 all that it took is still in the buffer
 * unless some was handed on; then, and over HTTP/2, what it took before is counted nowhere.
 */
static struct integer response_bytes_of(const struct hit *hit)
{
	struct integer written = hit_integer(hit, FIELD_RESPONSE_BYTES);
	struct integer declared = hit_integer(hit, FIELD_DECLARED_BYTES);
	struct integer sent_length = hit_integer(hit, FIELD_SENT_LENGTH);
	struct integer sent = hit_integer(hit, FIELD_HEADER_SENT);
	static const struct integer unknown = { UNREADABLE, 0 };

	if (written.presence != PRESENT)
		return written;
	if (declared.presence == UNREADABLE || sent_length.presence == UNREADABLE)
		return unknown;
	if (sent_length.presence == PRESENT && sent_length.value > 0 &&
	    written.value > sent_length.value)
		return unknown;
	if (declared.presence != PRESENT || declared.value < 0 || written.value <= declared.value)
		return written;
	if (sent.presence != PRESENT || sent.value)
		return unknown;
	written = hit_integer(hit, FIELD_BUFFERED_BYTES);
	return written.presence == ABSENT ? (struct integer){ PRESENT, 0 } : written;
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
		event.status = status_of(&end->hit);
	event.route = hit_text(&end->hit, FIELD_ROUTE);
	event.response_bytes = response_bytes_of(&end->hit);
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
