/* SPDX-License-Identifier: MIT */
#include "span_ids.h"

#include <string.h>

/* The finalizer of SplitMix64: each bit of the result depends on each bit of the number. */
static uint64_t mix_bits(uint64_t number)
{
	number ^= number >> 30;
	number *= UINT64_C(0xbf58476d1ce4e5b9);
	number ^= number >> 27;
	number *= UINT64_C(0x94d049bb133111eb);
	return number ^ number >> 31;
}

static void put_digits(char *digits, uint64_t number)
{
	for (size_t i = SPAN_ID_SIZE; i-- > 0; number >>= 4)
		digits[i] = "0123456789abcdef"[number & 15];
}

/* An id of zeros is not valid. */
static uint64_t at_least_one(uint64_t number)
{
	return number ? number : 1;
}

static void make_trace(const struct span_ids *ids, uint64_t id, char *trace_id)
{
	put_digits(trace_id, at_least_one(mix_bits(ids->seed ^ id)));
	put_digits(trace_id + SPAN_ID_SIZE, mix_bits(mix_bits(ids->seed + 1) ^ id));
}

static uint64_t make_span(struct span_ids *ids)
{
	return at_least_one(mix_bits(mix_bits(ids->seed + 2) ^ ++ids->made));
}

/* ---- requests that a program serves ---- */

static void choose_of_request(struct span_ids *ids, const struct event *event,
			      struct span_links *links)
{
	const struct traceparent *trace = &event->trace;
	uint64_t id = event->id ? event->id : make_span(ids);

	put_digits(links->self.span_id, id);
	if (trace->presence == PRESENT) {
		memcpy(links->self.trace_id, trace->trace_id, TRACE_ID_SIZE);
		memcpy(links->parent_id, trace->span_id, SPAN_ID_SIZE);
		links->has_parent = links->is_remote = true;
		links->is_sampled = trace->sampled;
	} else if (event->linked_trace) {
		memcpy(links->self.trace_id, event->linked_trace->trace_id, TRACE_ID_SIZE);
	} else {
		make_trace(ids, id, links->self.trace_id);
	}
}

/* ---- what was done for them ---- */

/* Returns whether a program has sent this span before, in the header of several requests. */
static bool was_seen(struct span_ids *ids, const char *span_id)
{
	uint64_t hash = 0;
	char *seen;

	for (size_t i = 0; i < SPAN_ID_SIZE; i++)
		hash = mix_bits(hash ^ (unsigned char)span_id[i]);
	seen = ids->seen[hash % SPAN_IDS_SEEN];
	if (memcmp(seen, span_id, SPAN_ID_SIZE) == 0)
		return true;
	memcpy(seen, span_id, SPAN_ID_SIZE);
	return false;
}

/*
 * Returns whether the span that the program sends is that of this request. If the program passes on the header of a request that
 * it serves, it is the span of the caller; so the request must be known.
 */
static bool has_own_span(struct span_ids *ids, const struct event *event, bool is_certain)
{
	const struct trace_copy *other = event->linked_trace;

	if (!is_certain || event->type != EVENT_CLIENT || event->trace.presence != PRESENT)
		return false;
	if (other && memcmp(event->trace.span_id, other->span_id, SPAN_ID_SIZE) == 0)
		return false;
	return !was_seen(ids, event->trace.span_id);
}

static void find_place_of_request(const struct span_ids *ids, const struct event *event,
				  bool is_certain, struct span_place *place)
{
	put_digits(place->span_id, event->within);
	if (event->linked_trace)
		memcpy(place->trace_id, event->linked_trace->trace_id, TRACE_ID_SIZE);
	else if (is_certain && event->type == EVENT_CLIENT && event->trace.presence == PRESENT)
		/* The request gets this trace: see linked_trace. */
		memcpy(place->trace_id, event->trace.trace_id, TRACE_ID_SIZE);
	else
		make_trace(ids, event->within, place->trace_id);
}

static void choose_within(struct span_ids *ids, const struct event *event, struct span_links *links)
{
	bool is_certain = event->within_by == LINK_CONTEXT || event->within_by == LINK_GOROUTINE;
	bool has_trace = event->type == EVENT_CLIENT && event->trace.presence == PRESENT;
	struct span_place request;
	uint64_t made = make_span(ids);

	put_digits(links->self.span_id, made);
	if (has_own_span(ids, event, is_certain))
		memcpy(links->self.span_id, event->trace.span_id, SPAN_ID_SIZE);
	if (has_trace) {
		memcpy(links->self.trace_id, event->trace.trace_id, TRACE_ID_SIZE);
		links->is_sampled = event->trace.sampled;
	} else if (!is_certain) {
		make_trace(ids, made, links->self.trace_id);
	}
	if (event->within_by == LINK_NONE)
		return;
	find_place_of_request(ids, event, is_certain, &request);
	if (is_certain && !has_trace)
		memcpy(links->self.trace_id, request.trace_id, TRACE_ID_SIZE);
	links->has_parent = is_certain &&
			    memcmp(links->self.trace_id, request.trace_id, TRACE_ID_SIZE) == 0;
	links->has_link = !links->has_parent;
	memcpy(links->parent_id, request.span_id, SPAN_ID_SIZE);
	links->link = request;
}

void span_ids_choose(struct span_ids *ids, const struct event *event, struct span_links *ret_links)
{
	*ret_links = (struct span_links){ .is_sampled = true };
	if (event->type == EVENT_REQUEST)
		choose_of_request(ids, event, ret_links);
	else
		choose_within(ids, event, ret_links);
}
