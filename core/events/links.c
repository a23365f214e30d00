/* SPDX-License-Identifier: MIT */
#include "links.h"

#include "request_id.h"

static void note_trace(struct trace_copy *copy, const struct hit *hit)
{
	struct traceparent trace = traceparent_parse(hit_text(hit, FIELD_TRACEPARENT));

	trace_copy_take(copy, &trace);
}

/* Returns a link to the request with this record, unless it began after the call or may have ended. */
static struct link link_to(const struct links *links, const struct resolved_hit *call,
			   struct bytes record, enum link_by by)
{
	const struct request_note *note = joiner_note(links->requests, record);
	struct link link = { .by = LINK_NONE };
	struct resolved_hit start;

	if (lost_ends_since(links->lost_ends, note->lost_ends) ||
	    resolved_hit_find(links->targets, record, &start) < 0 ||
	    start.head.time > call->head.time)
		return link;
	link = (struct link){
		.by = by,
		.is_own = hit_integer(&start.hit, FIELD_GOID).value ==
			  hit_integer(&call->hit, FIELD_GOID).value,
		.key = (uint64_t)hit_integer(&start.hit, FIELD_KEY).value,
		.id = request_id(links->seed, &start.head),
	};
	link.trace = note->clients;
	note_trace(&link.trace, &start.hit);
	return link;
}

/* Follows the contexts of the call to the first one that belongs to an open request. */
static struct link find_by_context(const struct links *links, const struct resolved_hit *call,
				   struct bytes record)
{
	struct hit_chain chain;
	struct bytes request;

	if (decode_chain(record, call->schema, FIELD_CONTEXT_CHAIN, &chain) < 0)
		return (struct link){ .by = LINK_NONE };
	for (uint8_t i = 0; i < chain.count; i++) {
		if (joiner_look_context(links->requests, target_id(call->target), chain.data[i],
					&request))
			return link_to(links, call, request, LINK_CONTEXT);
		if (!context_types_have(&call->schema->context_types, chain.types[i]))
			break;
	}
	return (struct link){ .by = LINK_NONE };
}

static struct link find_by_goroutine(const struct links *links, const struct resolved_hit *call,
				     enum hit_field goroutine, enum link_by by)
{
	struct integer goid = hit_integer(&call->hit, goroutine);
	struct bytes request;

	if (goid.presence != PRESENT || !joiner_look_owned(links->requests, target_id(call->target),
							   (uint64_t)goid.value, &request))
		return (struct link){ .by = LINK_NONE };
	return link_to(links, call, request, by);
}

struct link links_find(const struct links *links, const struct resolved_hit *call,
		       struct bytes record)
{
	struct link link = find_by_context(links, call, record);

	if (link.by == LINK_NONE)
		link = find_by_goroutine(links, call, FIELD_GOID, LINK_GOROUTINE);
	if (link.by == LINK_NONE)
		link = find_by_goroutine(links, call, FIELD_PARENT_GOID, LINK_PARENT);
	return link;
}

/* Returns the note of the request that the call was made for; NULL if it is not open any more. */
static struct request_note *note_of(const struct links *links, const struct link *link,
				    uint32_t target)
{
	struct resolved_hit start;
	struct bytes record;

	if ((link->by != LINK_CONTEXT && link->by != LINK_GOROUTINE) ||
	    !joiner_look(links->requests, target, link->key, &record) ||
	    resolved_hit_find(links->targets, record, &start) < 0 ||
	    request_id(links->seed, &start.head) != link->id)
		return NULL;
	return joiner_note(links->requests, record);
}

void links_begin(const struct links *links, const struct link *link,
		 const struct resolved_hit *call)
{
	struct request_note *note = note_of(links, link, target_id(call->target));

	if (!note)
		return;
	client_sums_begin(&note->sums, call->head.time, link->is_own);
	if (!link->trace.is_known)
		note_trace(&note->clients, &call->hit);
}

void links_end(const struct links *links, const struct link *link, uint32_t target, uint64_t time)
{
	struct request_note *note = note_of(links, link, target);

	if (note)
		client_sums_end(&note->sums, time, link->is_own);
}

void links_give_up(const struct links *links, const struct link *link, uint32_t target,
		   uint64_t time)
{
	struct request_note *note = note_of(links, link, target);

	if (note)
		client_sums_give_up(&note->sums, time, link->is_own);
}
