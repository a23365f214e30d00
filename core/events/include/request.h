/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_REQUEST_H
#define GOHTTPSNOOP_CORE_REQUEST_H

#include "event.h"
#include "request_target.h"
#include "resolved_hit.h"

/*
 * Makes the event of a request from the records of its start and, where there is one, its end.
 * `wall_offset` is what makes CLOCK_MONOTONIC a time of day. Pure; the event's texts are views into
 * the records the resolved hits were decoded from, and into `room`.
 */
struct event request_event(const struct resolved_hit *start, const struct resolved_hit *end,
			   enum outcome outcome, int64_t wall_offset,
			   struct request_target_room *room);

/*
 * The same from the one record of a request that is seen whole where it ends. It has no duration where the
 * program does not say when it began.
 */
struct event whole_event(const struct resolved_hit *end, int64_t wall_offset,
			 struct request_target_room *room);

/* The same for a call of a traced function, of which the return may have been seen, too. */
struct event call_event(const struct resolved_hit *call, const char *function, int64_t wall_offset);

#endif
