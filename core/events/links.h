/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_LINKS_H
#define GOHTTPSNOOP_CORE_LINKS_H

#include "assembly_callbacks.h"
#include "chosen_route.h"
#include "client_sums.h"
#include "joiner.h"
#include "lost_ends.h"
#include "resolved_hit.h"

/* Finds the request that a program serves when it makes another one. */
struct links {
	const struct target_set *targets;
	const struct joiner *requests;	   /* the open ones, with a struct request_note each */
	const struct lost_ends *lost_ends; /* a request that may have ended is not linked */
	uint64_t seed;			   /* of the ids of requests */
};

/* What is noted of an open request. */
struct request_note {
	struct client_sums sums;
	struct trace_copy
		clients; /* of the first request made for it that has a trace, unless it has one itself */
	uint64_t lost_ends; /* see lost_ends.h */
	struct chosen_route route;
};

/* A request that is served, and how it was found. */
struct link {
	enum link_by by;
	bool is_own; /* the call is made by the goroutine of the request */
	uint64_t key, id;
	struct trace_copy trace; /* of the request, or of those made for it before */
};

/*
 * `call` is the begin of the request that the program makes, and `record` its record. The context that it carries is
 * followed through types of the standard library only. Without a result, `by` is LINK_NONE.
 */
struct link links_find(const struct links *links, const struct resolved_hit *call,
		       struct bytes record);

/*
 * Count the call in the sums of its request, if it has one that is still open. The times are those of records. At the
 * begin a request without a trace gets that of the call.
 */
void links_begin(const struct links *links, const struct link *link,
		 const struct resolved_hit *call);
void links_end(const struct links *links, const struct link *link, uint32_t target, uint64_t time);

/* The same for a call that has ended before this time. */
void links_give_up(const struct links *links, const struct link *link, uint32_t target,
		   uint64_t time);

#endif
