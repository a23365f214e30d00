/* SPDX-License-Identifier: MIT */
#include "router_hit.h"

#include "links.h"
#include "protocol.h"

enum { MAX_PARTS = 4 };

static uint64_t goroutine_of_router(const struct resolved_hit *hit)
{
	return (uint64_t)hit_integer(&hit->hit, FIELD_GOID).value;
}

/* Follows the contexts that the router was given, through types of the standard library, to that of an open request. */
static void help_by_context(struct joiner *requests, const struct resolved_hit *hit,
			    const struct hit_chain *chain)
{
	uint32_t target = target_id(hit->target);
	uint64_t goroutine = goroutine_of_router(hit);

	joiner_drop_helper(requests, target, goroutine);
	for (uint8_t i = 0; i < chain->count; i++) {
		if (joiner_set_helper(requests, target, chain->data[i], goroutine) ||
		    !context_types_have(&hit->schema->context_types, chain->types[i]))
			return;
	}
}

static bool find_request(struct joiner *requests, const struct resolved_hit *hit,
			 struct bytes record, struct bytes *ret_start)
{
	uint32_t target = target_id(hit->target);
	uint64_t goroutine = goroutine_of_router(hit);
	struct hit_chain chain;

	if (joiner_look_owned(requests, target, goroutine, ret_start))
		return true;
	if (decode_chain(record, hit->schema, FIELD_CONTEXT_CHAIN, &chain) == 0 && chain.count)
		help_by_context(requests, hit, &chain);
	return joiner_look_helped(requests, target, goroutine, ret_start);
}

/* A route with more parts than are captured is not known. */
static void take_choice(const struct hit *hit, struct chosen_route *route)
{
	static const enum hit_field fields[MAX_PARTS] = { FIELD_ROUTE, FIELD_ROUTE_2, FIELD_ROUTE_3,
							  FIELD_ROUTE_4 };
	struct integer count = hit_integer(hit, FIELD_ROUTE_PARTS);
	struct text parts[MAX_PARTS];

	for (size_t i = 0; i < MAX_PARTS; i++)
		parts[i] = hit_text(hit, fields[i]);
	if (count.presence == ABSENT)
		chosen_route_set(route, &parts[0]);
	else if (count.presence == PRESENT && count.value > 0 && count.value <= MAX_PARTS)
		chosen_route_join(route, parts, (size_t)count.value);
}

void router_hit_take(struct joiner *requests, const struct resolved_hit *hit, struct bytes record)
{
	bool is_late = hit->schema->protocol && hit->schema->protocol->chooses_late;
	bool is_begin = hit_text(&hit->hit, FIELD_ROUTE).presence == ABSENT;
	struct request_note *note;
	struct bytes start;

	if (!find_request(requests, hit, record, &start))
		return;
	note = joiner_note(requests, start);
	if (is_begin && is_late)
		note->route = (struct chosen_route){ .size = 0 };
	else if (!is_begin && !(is_late && note->route.size))
		take_choice(&hit->hit, &note->route);
}
