/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ROUTER_HIT_H
#define GOHTTPSNOOP_CORE_ROUTER_HIT_H

#include "joiner.h"
#include "resolved_hit.h"

/*
 * Notes with an open request (struct request_note of links.h) what a router did with it: that it began, or which route it
 * chose. The request is the one of the same goroutine. If this goroutine has none, as behind http.TimeoutHandler, it is the
 * one to which the context leads that the router was given; and the same one again for what is seen of this goroutine
 * without a context.
 */
void router_hit_take(struct joiner *requests, const struct resolved_hit *hit, struct bytes record);

#endif
