/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SPAN_IDS_H
#define GOHTTPSNOOP_CORE_SPAN_IDS_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"

enum { SPAN_IDS_SEEN = 1024 };

/* Makes up the ids that events do not have. */
struct span_ids {
	uint64_t seed; /* random, and the same for a run */
	uint64_t made; /* how many ids of spans */
	char seen[SPAN_IDS_SEEN]
		 [SPAN_ID_SIZE]; /* of programs, by hash; a newer one takes the place */
};

/* The digits of ids, without a NUL. */
struct span_place {
	char trace_id[TRACE_ID_SIZE], span_id[SPAN_ID_SIZE];
};

/* Where the span of an event belongs. */
struct span_links {
	struct span_place self;
	bool has_parent;
	char parent_id[SPAN_ID_SIZE];
	bool is_remote; /* the parent is the span of another program */
	bool has_link;	/* to a span that is not the parent */
	struct span_place link;
	bool is_sampled;
};

/*
 * A REQUEST has its id as span, and the client's span as parent. What was done for a request has that one as parent, if both
 * are in one trace; else, and if it is not certain, there is a link. A trace that is not known is made up of the id of the
 * request, so that all spans of the request are in the same one.
 *
 * A request that the program makes keeps the span that the program sends in its header, because that is the parent of what the
 * other side does, unless it may be the span of another request, see has_own_span().
 */
void span_ids_choose(struct span_ids *ids, const struct event *event, struct span_links *ret_links);

#endif
