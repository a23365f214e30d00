/* SPDX-License-Identifier: MIT */
#include "assembly.h"

#include <errno.h>
#include <stdlib.h>

#include "calls.h"
#include "joiner.h"
#include "links.h"
#include "lost_ends.h"
#include "protocol.h"
#include "request.h"
#include "request_id.h"
#include "router_hit.h"

/* Limits over all targets. An open request keeps its start record of some hundred bytes. */
enum { MAX_OPEN_REQUESTS = 65536, MAX_OPEN_BYTES = 64 << 20 };

struct assembly {
	const struct target_set *targets;
	struct assembly_callbacks callbacks;
	struct joiner *joiner;
	struct calls *calls;
	int64_t wall_offset;
	uint64_t unknown_ends;
	struct lost_ends lost_ends;
	struct links links;
};

int assembly_create(const struct target_set *targets, const struct assembly_callbacks *callbacks,
		    struct assembly **ret_assembly)
{
	struct assembly *assembly = calloc(1, sizeof(*assembly));

	if (!assembly)
		return -ENOMEM;
	assembly->targets = targets;
	assembly->callbacks = *callbacks;
	assembly->lost_ends.callbacks = &assembly->callbacks;
	if (joiner_create(MAX_OPEN_REQUESTS, MAX_OPEN_BYTES, sizeof(struct request_note),
			  &assembly->joiner) < 0 ||
	    calls_create(targets, callbacks, &assembly->lost_ends, &assembly->calls) < 0) {
		assembly_destroy(assembly);
		return -ENOMEM;
	}
	assembly->links = (struct links){ .targets = targets,
					  .requests = assembly->joiner,
					  .lost_ends = &assembly->lost_ends };
	calls_set_links(assembly->calls, &assembly->links);
	*ret_assembly = assembly;
	return 0;
}

void assembly_destroy(struct assembly *assembly)
{
	if (!assembly)
		return;
	joiner_destroy(assembly->joiner);
	calls_destroy(assembly->calls);
	free(assembly);
}

void assembly_set_seed(struct assembly *assembly, uint64_t seed)
{
	assembly->links.seed = seed;
}

void assembly_set_lost_ends(struct assembly *assembly, uint64_t before)
{
	assembly->lost_ends.before = before;
}

void assembly_set_wall_offset(struct assembly *assembly, int64_t wall_offset)
{
	assembly->wall_offset = wall_offset;
	calls_set_wall_offset(assembly->calls, wall_offset);
}

uint32_t assembly_open_requests(const struct assembly *assembly)
{
	return joiner_count(assembly->joiner) + calls_open(assembly->calls);
}

uint64_t assembly_unknown_ends(const struct assembly *assembly)
{
	return assembly->unknown_ends + calls_unknown_ends(assembly->calls);
}

static void assembly_emit(struct assembly *assembly, const struct target *target,
			  struct event *event)
{
	event->process = target_identity(target);
	assembly->callbacks.emit(assembly->callbacks.user, event);
}

/* The observed end of a request. */
struct ending {
	const struct resolved_hit *resolved;
	struct bytes record;
};

/* Returns whether all requests that were made for this one were seen, and linked with it. */
static bool sums_are_whole(const struct assembly *assembly, const struct resolved_hit *start,
			   const struct request_note *note, const struct ending *end)
{
	return !lost_ends_since(&assembly->lost_ends, note->lost_ends) &&
	       (!end || end->resolved->head.lost_calls == start->head.lost_calls);
}

/* Takes what was counted of the requests that were made for this one, unless none is linked with it. */
static void take_sums(const struct assembly *assembly, struct event *event,
		      const struct resolved_hit *start, const struct request_note *note,
		      const struct ending *end)
{
	const struct client_sums *sums = &note->sums;
	uint64_t now = end ? end->resolved->head.time : 0;

	if (!start->schema->counts_clients)
		return;
	event->client_count.presence = event->client_duration.presence = UNREADABLE;
	if (!sums_are_whole(assembly, start, note, end))
		return;
	event->client_count = (struct integer){ PRESENT, sums->count };
	if (client_sums_are_known(sums) && (end || !sums->open))
		event->client_duration =
			(struct integer){ PRESENT, (int64_t)client_sums_total(sums, now) };
}

/* Reports a request with its start and, unless `end` is NULL, its end. */
static void report_request(struct assembly *assembly, struct bytes start_record,
			   const struct request_note *note, const struct ending *end,
			   enum outcome outcome)
{
	struct hit_arguments of_request, of_response;
	struct request_room room;
	struct resolved_hit start;
	struct event event;

	if (resolved_hit_find(assembly->targets, start_record, &start) < 0)
		return;
	event = request_event(&start, end ? end->resolved : NULL, outcome, assembly->wall_offset,
			      &room);
	event.id = request_id(assembly->links.seed, &start.head);
	chosen_route_put(&note->route, &event);
	if (chosen_route_is_wanted(&event))
		target_demand_probes(start.target);
	take_sums(assembly, &event, &start, note, end);
	if (event.trace.presence != PRESENT && note->clients.is_known)
		event.linked_trace = &note->clients;
	event.arguments = resolved_hit_arguments(&start, start_record, &of_request);
	if (end)
		event.results = resolved_hit_arguments(end->resolved, end->record, &of_response);
	assembly_emit(assembly, start.target, &event);
}

/* The same for a request that the joiner handed out. */
static void close_request(struct assembly *assembly, struct bytes start_record,
			  const struct ending *end, enum outcome outcome)
{
	const struct request_note *note = joiner_note(assembly->joiner, start_record);

	report_request(assembly, start_record, note, end, outcome);
}

/* Reports a request without its end: the end was not observed, or too many requests are open. */
static void assembly_give_up(struct assembly *assembly, struct bytes start_record)
{
	assembly->unknown_ends++;
	close_request(assembly, start_record, NULL, OUTCOME_UNKNOWN);
}

/*
 * Returns whether another probe has already observed the start of this request, because one layer of a server
 * calls the other. Then a request with this key is open already, by another probe and for the same goroutine,
 * which cannot handle two requests at once.
 */
static bool is_open_already(const struct assembly *assembly, const struct resolved_hit *start,
			    uint64_t key, uint64_t owner)
{
	struct bytes record;
	struct resolved_hit open;

	return owner && joiner_look(assembly->joiner, target_id(start->target), key, &record) &&
	       resolved_hit_find(assembly->targets, record, &open) == 0 &&
	       open.head.plan != start->head.plan &&
	       (uint64_t)hit_integer(&open.hit, FIELD_GOID).value == owner;
}

/* Reports a request whose end was not observed: it has this outcome, unless the record of its end was lost. */
static void close_unless_lost(struct assembly *assembly, struct bytes start_record,
			      const struct ending *end, enum outcome outcome)
{
	const struct request_note *note = joiner_note(assembly->joiner, start_record);

	if (lost_ends_since(&assembly->lost_ends, note->lost_ends))
		assembly_give_up(assembly, start_record);
	else
		close_request(assembly, start_record, end, outcome);
}

static bool ends_with_goroutine(const struct assembly *assembly, struct bytes record)
{
	struct resolved_hit start;

	return resolved_hit_find(assembly->targets, record, &start) == 0 &&
	       start.schema->protocol && start.schema->protocol->goroutine_ends_requests;
}

/*
 * A goroutine ends, or begins another request, while a request of it is open: nobody waits for the answer, unless the
 * record of its end was lost.
 */
static void end_abandoned(struct assembly *assembly, const struct resolved_hit *next)
{
	uint64_t owner = hit_integer(&next->hit, FIELD_GOID).value;
	uint32_t target = target_id(next->target);
	struct bytes start;

	if (!joiner_look_owned(assembly->joiner, target, owner, &start) ||
	    !ends_with_goroutine(assembly, start) ||
	    !joiner_take_owned(assembly->joiner, target, owner, &start))
		return;
	close_unless_lost(assembly, start, NULL, OUTCOME_CANCELED);
}

/* The request of another server that carries this one is not reported: its end finds no start. */
static void drop_carrier(struct assembly *assembly, const struct resolved_hit *carried)
{
	struct integer carrier = hit_integer(&carried->hit, FIELD_CARRIER);
	struct bytes start;

	if (carrier.presence == PRESENT)
		joiner_take(assembly->joiner, target_id(carried->target), (uint64_t)carrier.value,
			    &start);
}

/*
 * The new request may displace an open one: the old request ended without a hit of our probes (its response
 * writer is used again), its end record was lost, or too many requests are open.
 */
static int keep_request(struct assembly *assembly, const struct joiner_identity *identity,
			struct bytes record)
{
	struct bytes displaced, kept;
	int r = joiner_open(assembly->joiner, identity, record, &displaced);

	if (r > 0)
		assembly_give_up(assembly, displaced);
	if (r >= 0 && joiner_look(assembly->joiner, identity->target, identity->key, &kept)) {
		struct request_note *note = joiner_note(assembly->joiner, kept);

		note->lost_ends = lost_ends_note(&assembly->lost_ends);
	}
	while (joiner_take_excess(assembly->joiner, &displaced))
		assembly_give_up(assembly, displaced);
	return r < 0 ? r : 0;
}

static int open_request(struct assembly *assembly, const struct resolved_hit *start,
			struct bytes record)
{
	uint64_t key = hit_integer(&start->hit, FIELD_KEY).value;
	uint64_t owner = hit_integer(&start->hit, FIELD_GOID).value;
	struct joiner_identity identity = {
		.target = target_id(start->target),
		.key = key,
		.owner = owner,
		.context = (uint64_t)hit_integer(&start->hit, FIELD_CONTEXT).value,
	};
	if (resolved_hit_is_early(start))
		return 0;
	/* Without the key, the end of the request could not be joined to it. */
	if (hit_integer(&start->hit, FIELD_KEY).presence == UNREADABLE) {
		assembly->unknown_ends++;
		report_request(assembly, record, &(struct request_note){ .lost_ends = 0 }, NULL,
			       OUTCOME_UNKNOWN);
		return 0;
	}
	/* After a request that could not be parsed there is no response writer. */
	if (key == 0 || is_open_already(assembly, start, key, owner))
		return 0;
	end_abandoned(assembly, start);
	drop_carrier(assembly, start);
	return keep_request(assembly, &identity, record);
}

/* The end of a request that began before it was traced has no start, and is not reported. */
static void end_request(struct assembly *assembly, const struct resolved_hit *end,
			struct bytes record, enum outcome outcome)
{
	uint64_t key = hit_integer(&end->hit, FIELD_KEY).value;
	struct bytes start;

	if (hit_integer(&end->hit, FIELD_CANCELED).value)
		outcome = OUTCOME_CANCELED;
	if (joiner_take(assembly->joiner, target_id(end->target), key, &start))
		close_request(assembly, start, &(struct ending){ end, record }, outcome);
}

/* A request that began before it was traced is not reported, as with other servers. */
static void show_whole(struct assembly *assembly, const struct resolved_hit *end,
		       struct bytes record)
{
	struct request_room room;
	struct hit_arguments arguments;
	struct event event = whole_event(end, assembly->wall_offset, &room);

	if (event.time - assembly->wall_offset < (int64_t)target_since(end->target))
		return;
	event.id = request_id(assembly->links.seed, &end->head);
	event.arguments = resolved_hit_arguments(end, record, &arguments);
	assembly_emit(assembly, end->target, &event);
}

/* Reports a request from the single record at its end. Another probe may have observed its start, too. */
static void take_whole(struct assembly *assembly, const struct resolved_hit *end,
		       struct bytes record)
{
	uint64_t key = hit_integer(&end->hit, FIELD_KEY).value;
	struct bytes start;

	if (joiner_look(assembly->joiner, target_id(end->target), key, &start))
		end_request(assembly, end, record, OUTCOME_OK);
	else
		show_whole(assembly, end, record);
}

/* A connection ends while a request on it is open: its handler panicked, unless the record of its end was lost. */
static void end_panicked(struct assembly *assembly, const struct resolved_hit *panic,
			 struct bytes record)
{
	uint64_t owner = hit_integer(&panic->hit, FIELD_GOID).value;
	struct bytes start;

	if (!joiner_take_owned(assembly->joiner, target_id(panic->target), owner, &start))
		return;
	close_unless_lost(assembly, start, &(struct ending){ panic, record }, OUTCOME_PANIC);
}

static bool is_of_client(const struct resolved_hit *hit)
{
	return hit->schema->protocol && hit->schema->protocol->side == SIDE_CLIENT;
}

int assembly_record(struct assembly *assembly, struct bytes record)
{
	struct resolved_hit resolved;
	int r = resolved_hit_find(assembly->targets, record, &resolved);

	if (r < 0)
		return r;
	switch (resolved.schema->role) {
	case PLAN_ROLE_START:
		return open_request(assembly, &resolved, record);
	case PLAN_ROLE_END:
		if (is_of_client(&resolved))
			calls_finish(assembly->calls, &resolved, record);
		else
			end_request(assembly, &resolved, record, OUTCOME_OK);
		return 0;
	case PLAN_ROLE_WHOLE:
		take_whole(assembly, &resolved, record);
		return 0;
	case PLAN_ROLE_HIJACK:
		end_request(assembly, &resolved, record, OUTCOME_HIJACKED);
		return 0;
	case PLAN_ROLE_PANIC:
		end_panicked(assembly, &resolved, record);
		return 0;
	case PLAN_ROLE_ROUTE:
		if (is_of_client(&resolved))
			calls_note_peer(assembly->calls, &resolved);
		else
			router_hit_take(assembly->joiner, &resolved, record);
		return 0;
	case PLAN_ROLE_CALL:
		return calls_begin(assembly->calls, &resolved, record);
	case PLAN_ROLE_RETURN:
		calls_return(assembly->calls, &resolved, record);
		return 0;
	case PLAN_ROLE_GOROUTINE_EXIT:
		calls_unwind(assembly->calls, &resolved);
		end_abandoned(assembly, &resolved);
		return 0;
	default:
		return -EBADMSG;
	}
}

void assembly_end_target(struct assembly *assembly, const struct target *target)
{
	uint32_t passed = JOINER_NONE;
	struct bytes start;

	while (joiner_take_of_target(assembly->joiner, target_id(target), &passed, &start))
		close_unless_lost(assembly, start, NULL, OUTCOME_EXITED);
	calls_end_target(assembly->calls, target);
}

void assembly_close(struct assembly *assembly)
{
	struct bytes start;

	while (joiner_take_oldest(assembly->joiner, &start))
		close_unless_lost(assembly, start, NULL, OUTCOME_OPEN);
	calls_close(assembly->calls);
}

void assembly_each_open(const struct assembly *assembly, assembly_show *show, void *user)
{
	uint32_t at = JOINER_NONE;
	struct request_room room;
	struct resolved_hit start;
	struct bytes record;

	while (joiner_look_next(assembly->joiner, &at, &record)) {
		struct event event;

		if (resolved_hit_find(assembly->targets, record, &start) < 0)
			continue;
		event = request_event(&start, NULL, OUTCOME_OPEN, assembly->wall_offset, &room);
		event.process = target_identity(start.target);
		if (!show(user, &event))
			return;
	}
	calls_each_open(assembly->calls, show, user);
}
