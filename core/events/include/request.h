/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_REQUEST_H
#define GOHTTPSNOOP_CORE_REQUEST_H

#include "event.h"
#include "resolved_hit.h"

/*
 * Makes the event of a whole request from the records of its start and, where there is one, its end.
 * `wall_offset` is what makes CLOCK_MONOTONIC a time of day. Pure; the event's texts are views into
 * the records the resolved_hits were decoded from.
 */
struct event request_event(const struct resolved_hit *start, const struct resolved_hit *end,
			   enum outcome outcome, int64_t wall_offset);

/* The same for a call of a traced function, of which the return may have been seen, too. */
struct event call_event(const struct resolved_hit *call, const char *function, int64_t wall_offset);

#endif
