/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_REQUEST_H
#define GOHTTPSNOOP_CORE_REQUEST_H

#include "event.h"
#include "request_target.h"
#include "resolved_hit.h"

/* The memory for the texts of an event that are in none of its records. */
enum { REQUEST_PEER_SIZE = 64 };

struct request_room {
	struct request_target_room target;
	char remote[REQUEST_PEER_SIZE]; /* the address of the client */
};

/*
 * Writes the address of the other side, which was captured in parts, to `room`, and returns a view of it: ABSENT without
 * these parts, UNREADABLE if they are no address.
 */
struct text request_peer(const struct hit *hit, char *room, size_t size);

/*
 * Makes the event of a request from its start record and its end record, which is NULL if there is
 * none. `wall_offset` is the offset from CLOCK_MONOTONIC to the time of day. Pure function; the
 * strings of the event are views into the records and into `room`. The caller sets `process`,
 * `arguments` and `results`.
 */
struct event request_event(const struct resolved_hit *start, const struct resolved_hit *end,
			   enum outcome outcome, int64_t wall_offset, struct request_room *room);

/*
 * The same for a request with a single record, at its end. It has no duration if the program does
 * not record when the request began.
 */
struct event whole_event(const struct resolved_hit *end, int64_t wall_offset,
			 struct request_room *room);

/*
 * The same for a request that the program makes, which is a call until it returns. `end` is the record of its return,
 * or NULL. The outcome is ERROR if the call returned an error.
 */
struct event client_event(const struct resolved_hit *call, const struct resolved_hit *end,
			  enum outcome outcome, int64_t wall_offset, struct request_room *room);

/* The same for a call of a traced function. The caller also sets the outcome and the duration. */
struct event call_event(const struct resolved_hit *call, const char *function, int64_t wall_offset);

#endif
