/* SPDX-License-Identifier: MIT */
#include "request.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "go_time.h"
#include "hit.h"
#include "protocol.h"

static void take_target(struct event *event, const struct hit *hit, struct request_room *room)
{
	struct text target = hit_text(hit, FIELD_TARGET);

	if (target.presence != ABSENT)
		request_target_split(target, &room->target, &event->path, &event->query);
}

/* Writes an address as net.TCPAddr does: "192.0.2.1:443", "[2001:db8::1]:443". */
static struct text format_address(const struct text *address, int64_t port, char *room, size_t size)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const char *bytes = address->data;
	bool is_v6 = address->size == sizeof(struct in6_addr);
	char text[INET6_ADDRSTRLEN];
	int length;

	if (is_v6 && memcmp(bytes, mapped, sizeof(mapped)) == 0) {
		bytes += sizeof(mapped);
		is_v6 = false;
	}
	inet_ntop(is_v6 ? AF_INET6 : AF_INET, bytes, text, sizeof(text));
	length = snprintf(room, size, is_v6 ? "[%s]:%d" : "%s:%d", text, (int)port);
	return (struct text){ PRESENT, room, (uint32_t)length, (uint32_t)length };
}

/*
 * The bytes of another type than net.TCPAddr have other lengths: the word of its capacity is a pointer or the length
 * of a text, as in a net.UnixAddr.
 */
static bool is_address(const struct text *address, struct integer capacity, struct integer port)
{
	return address->presence == PRESENT && address->size == address->length &&
	       (address->size == sizeof(struct in_addr) ||
		address->size == sizeof(struct in6_addr)) &&
	       capacity.presence == PRESENT && capacity.value >= address->size &&
	       capacity.value <= 4 * (int64_t)sizeof(struct in6_addr) && port.presence == PRESENT &&
	       port.value >= 0 && port.value <= UINT16_MAX;
}

struct text request_peer(const struct hit *hit, char *room, size_t size)
{
	struct text address = hit_text(hit, FIELD_PEER_ADDRESS);
	struct integer port = hit_integer(hit, FIELD_PEER_PORT);

	if (address.presence == ABSENT)
		return address;
	if (!is_address(&address, hit_integer(hit, FIELD_PEER_CAPACITY), port))
		return (struct text){ .presence = UNREADABLE };
	return format_address(&address, port.value, room, size);
}

/* Takes the address of the other side, which is known as a text or in parts. */
static void take_remote(struct event *event, const struct hit *hit, struct request_room *room)
{
	struct text text = hit_text(hit, FIELD_REMOTE);
	struct text peer = request_peer(hit, room->remote, sizeof(room->remote));

	if (event->remote.presence == PRESENT)
		return;
	if (text.presence != ABSENT)
		event->remote = text;
	if (peer.presence != ABSENT)
		event->remote = peer;
}

/* Takes what some servers show only at the end of a request, if it is not known from its begin. */
static void take_late(struct event *event, const struct hit *hit, struct request_room *room)
{
	struct text host = hit_text(hit, FIELD_HOST);
	struct integer tls = hit_integer(hit, FIELD_TLS);
	struct integer grpc_status = hit_integer(hit, FIELD_GRPC_STATUS);

	take_remote(event, hit, room);
	if (event->host.presence != PRESENT && host.presence != ABSENT)
		event->host = host;
	if (event->tls.presence != PRESENT && tls.presence != ABSENT)
		event->tls = tls;
	if (grpc_status.presence != ABSENT)
		event->grpc_status = grpc_status;
}

static void take_library(struct event *event, const struct resolved_hit *resolved)
{
	const struct protocol *protocol = resolved->schema ? resolved->schema->protocol : NULL;

	if (!protocol)
		return;
	event->library = protocol->name;
	event->protocol = protocol->protocol;
}

/* Returns the event with everything that is known when the handler is called. */
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
		.grpc_status = hit_integer(hit, FIELD_GRPC_STATUS),
		.trace = traceparent_parse(hit_text(hit, FIELD_TRACEPARENT)),
	};
}

/* Times from a program may have any value, so an overflow must wrap. */
static int64_t difference(int64_t later, int64_t earlier)
{
	return (int64_t)((uint64_t)later - (uint64_t)earlier);
}

/*
 * Returns the time at which the handler was called, as the program stored it, in nanoseconds since the epoch;
 * false if it is not known.
 */
static bool began_at(const struct hit *hit, int64_t *ret_time)
{
	struct integer wall = hit_integer(hit, FIELD_BEGAN_WALL);
	struct integer ext = hit_integer(hit, FIELD_BEGAN_EXT);

	return wall.presence == PRESENT && ext.presence == PRESENT &&
	       go_time_nanoseconds((uint64_t)wall.value, ext.value, ret_time) && *ret_time > 0;
}

/*
 * The time of day of a record is inexact by some microseconds, because two clocks cannot be read at once, and wrong
 * for a moment after the clock was set. A time that differs by more than this belongs to another request.
 */
static const int64_t CLOCK_ERROR = 1000000;

/* Sets the start of a request to the time that the program stored, if that is between the two records. */
static void take_begin(struct event *event, const struct hit *hit, int64_t end)
{
	int64_t time;

	if (!began_at(hit, &time) || difference(event->time, time) > CLOCK_ERROR ||
	    difference(time, end) > CLOCK_ERROR)
		return;
	if (time > end)
		event->time = end;
	else if (time > event->time)
		event->time = time;
}

static void take_end(struct event *event, const struct hit *hit, enum outcome outcome)
{
	if (outcome == OUTCOME_OK)
		event->status = hit_integer(hit, FIELD_STATUS);
	event->route = hit_text(hit, FIELD_ROUTE);
	event->response_bytes = hit_integer(hit, FIELD_RESPONSE_BYTES);
}

struct event request_event(const struct resolved_hit *start, const struct resolved_hit *end,
			   enum outcome outcome, int64_t wall_offset, struct request_room *room)
{
	struct event event = event_of_start(start, wall_offset);
	int64_t time;

	take_target(&event, &start->hit, room);
	event.type = EVENT_REQUEST;
	event.outcome = outcome;
	event.status.presence = UNREADABLE; /* unless the server finished the response */
	take_library(&event, end ? end : start);
	if (!end)
		return event;
	take_late(&event, &end->hit, room);
	take_end(&event, &end->hit, outcome);
	time = (int64_t)end->head.time + wall_offset;
	take_begin(&event, &end->hit, time);
	event.duration = (struct integer){ PRESENT, difference(time, event.time) };
	return event;
}

struct event whole_event(const struct resolved_hit *end, int64_t wall_offset,
			 struct request_room *room)
{
	struct event event = event_of_start(end, wall_offset);
	int64_t began;

	take_target(&event, &end->hit, room);
	event.type = EVENT_REQUEST;
	event.outcome = OUTCOME_OK;
	take_library(&event, end);
	take_late(&event, &end->hit, room);
	take_end(&event, &end->hit, OUTCOME_OK);
	if (!began_at(&end->hit, &began) || difference(began, event.time) > CLOCK_ERROR)
		return event;
	began = began < event.time ? began : event.time;
	event.duration = (struct integer){ PRESENT, difference(event.time, began) };
	event.time = began;
	return event;
}

static void take_response(struct event *event, const struct resolved_hit *call,
			  const struct resolved_hit *end, struct request_room *room)
{
	struct integer error = hit_integer(&end->hit, FIELD_ERROR);

	struct text host = hit_text(&end->hit, FIELD_HOST);
	struct integer grpc_status = hit_integer(&end->hit, FIELD_GRPC_STATUS);

	take_remote(event, &end->hit, room);
	if (host.presence != ABSENT)
		event->host = host;
	if (grpc_status.presence != ABSENT)
		event->grpc_status = grpc_status;
	event->status = hit_integer(&end->hit, FIELD_STATUS);
	event->protocol_major = hit_integer(&end->hit, FIELD_PROTOCOL_MAJOR);
	event->protocol_minor = hit_integer(&end->hit, FIELD_PROTOCOL_MINOR);
	event->duration = (struct integer){ PRESENT, difference((int64_t)end->head.time,
								(int64_t)call->head.time) };
	if (error.presence != PRESENT)
		event->outcome = OUTCOME_UNKNOWN;
	else if (error.value)
		event->outcome = OUTCOME_ERROR;
}

struct event client_event(const struct resolved_hit *call, const struct resolved_hit *end,
			  enum outcome outcome, int64_t wall_offset, struct request_room *room)
{
	struct event event = event_of_start(call, wall_offset);

	take_target(&event, &call->hit, room);
	event.type = EVENT_CLIENT;
	event.outcome = outcome;
	event.scheme = hit_text(&call->hit, FIELD_SCHEME);
	event.status.presence = UNREADABLE;
	event.protocol_major.presence = event.protocol_minor.presence = UNREADABLE;
	take_library(&event, call);
	if (end)
		take_response(&event, call, end, room);
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
