/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_CHOSEN_ROUTE_H
#define GOHTTPSNOOP_CORE_CHOSEN_ROUTE_H

#include "event.h"

/* What the routers said that a request has passed: the innermost one is the last. A zeroed struct is of none. */
struct chosen_route {
	char text[120];
	uint32_t size;	 /* of `text`; 0: none has chosen */
	uint32_t length; /* of the whole route, of which the text may be the begin */
};

void chosen_route_set(struct chosen_route *chosen, const struct text *route);

/*
 * The same for a route in parts, each of which but the last ends with a star that stands for the rest. They are joined as
 * chi's RoutePattern() does it in its latest releases: "/api/" and a star, then "/items/", is "/api/items".
 */
void chosen_route_join(struct chosen_route *chosen, const struct text *parts, size_t count);

/* The event gets the route; it is valid as long as the event, and as what was chosen. */
void chosen_route_put(const struct chosen_route *chosen, struct event *event);

/*
 * Returns whether the request may have another route than it says: it was answered, but has no route, or one that stands for
 * all paths with its begin, behind which a router may have chosen.
 */
bool chosen_route_is_wanted(const struct event *event);

#endif
