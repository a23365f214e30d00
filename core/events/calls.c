/* SPDX-License-Identifier: MIT */
#include "calls.h"

#include <errno.h>
#include <stdlib.h>

#include "links.h"
#include "protocol.h"
#include "request.h"

enum {
	MAX_OPEN_CALLS = 65536, /* over all targets, as for requests */
	MAX_OPEN_BYTES = 64 << 20,
	FRAME_SHIFT = 3, /* frames are multiples of a word */
	FRAME_BITS = 28, /* a stack has at most 1 GB */
};

/* Open calls: those that have not returned, and those that have, and end later (protocol.ends_later). */
enum kind { RETURNING, BEGUN, KIND_COUNT };

/* What is noted of an awaited call. */
struct call_note {
	struct link link;
	uint64_t lost_ends;	      /* see lost_ends.h */
	char peer[REQUEST_PEER_SIZE]; /* of the connection that a transport took for it last */
	uint64_t peer_length;
};

struct calls {
	const struct target_set *targets;
	struct assembly_callbacks callbacks;
	struct joiner *joiners[KIND_COUNT];
	const struct lost_ends *lost_ends;
	const struct links *links; /* to requests; NULL: there are none */
	uint64_t now;		   /* the time of the last record */
	int64_t wall_offset;
	uint64_t unknown_ends;
};

int calls_create(const struct target_set *targets, const struct assembly_callbacks *callbacks,
		 const struct lost_ends *lost_ends, struct calls **ret_calls)
{
	struct calls *calls = calloc(1, sizeof(*calls));

	if (!calls)
		return -ENOMEM;
	calls->targets = targets;
	calls->callbacks = *callbacks;
	calls->lost_ends = lost_ends;
	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		if (joiner_create(MAX_OPEN_CALLS, MAX_OPEN_BYTES, sizeof(struct call_note),
				  &calls->joiners[kind]) < 0) {
			calls_destroy(calls);
			return -ENOMEM;
		}
	}
	*ret_calls = calls;
	return 0;
}

void calls_destroy(struct calls *calls)
{
	if (!calls)
		return;
	for (enum kind kind = 0; kind < KIND_COUNT; kind++)
		joiner_destroy(calls->joiners[kind]);
	free(calls);
}

void calls_set_links(struct calls *calls, const struct links *links)
{
	calls->links = links;
}

void calls_set_wall_offset(struct calls *calls, int64_t wall_offset)
{
	calls->wall_offset = wall_offset;
}

uint32_t calls_open(const struct calls *calls)
{
	return joiner_count(calls->joiners[RETURNING]) + joiner_count(calls->joiners[BEGUN]);
}

uint64_t calls_unknown_ends(const struct calls *calls)
{
	return calls->unknown_ends;
}

static uint64_t goroutine_of(const struct resolved_hit *resolved)
{
	return (uint64_t)hit_integer(&resolved->hit, FIELD_GOID).value;
}

static uint64_t frame_of(const struct resolved_hit *resolved)
{
	return (uint64_t)hit_integer(&resolved->hit, FIELD_STACK_END).value -
	       (uint64_t)hit_integer(&resolved->hit, FIELD_STACK_POINTER).value -
	       resolved->schema->stack_drop;
}

/* A goroutine has one call for each frame. */
static uint64_t call_key(const struct resolved_hit *resolved)
{
	return goroutine_of(resolved) << FRAME_BITS | frame_of(resolved) >> FRAME_SHIFT;
}

static bool has_frame(const struct resolved_hit *resolved)
{
	return hit_integer(&resolved->hit, FIELD_GOID).presence == PRESENT &&
	       hit_integer(&resolved->hit, FIELD_STACK_END).presence == PRESENT &&
	       hit_integer(&resolved->hit, FIELD_STACK_POINTER).presence == PRESENT;
}

/* How a call ended. `end` and `record` are those of its return, if it was observed. */
struct ending {
	enum outcome outcome;
	const struct resolved_hit *end;
	struct bytes record;
};

static void put_noted_peer(const struct call_note *note, struct event *event)
{
	uint32_t length = (uint32_t)note->peer_length;

	if (event->remote.presence != PRESENT && length)
		event->remote = (struct text){ PRESENT, note->peer, length, length };
}

/* The event of a call, or of a request that the program makes, without its captures. It refers to `room` and the note. */
static struct event event_of(const struct calls *calls, const struct resolved_hit *call,
			     const struct call_note *note, const struct ending *ending,
			     struct request_room *room)
{
	struct event event =
		call->schema->protocol ?
			client_event(call, ending->end, ending->outcome, calls->wall_offset, room) :
			call_event(call, call->function, calls->wall_offset);

	event.process = target_identity(call->target);
	event.within = note->link.id;
	event.within_by = note->link.by;
	event.linked_trace = note->link.trace.is_known ? &note->link.trace : NULL;
	if (call->schema->protocol) {
		put_noted_peer(note, &event);
		return event;
	}
	event.among_requests = call->schema->among_requests;
	event.awaits_return = call->schema->awaits_return;
	event.outcome = ending->outcome;
	if (ending->end)
		event.duration = (struct integer){ PRESENT, (int64_t)(ending->end->head.time -
								      call->head.time) };
	return event;
}

static void calls_emit(struct calls *calls, const struct resolved_hit *call, struct bytes record,
		       const struct call_note *note, const struct ending *ending)
{
	struct request_room room;
	struct event event = event_of(calls, call, note, ending, &room);
	struct hit_arguments arguments, results;

	event.arguments = resolved_hit_arguments(call, record, &arguments);
	if (call->schema->returns_at_once) {
		event.awaits_return = true;
		event.outcome = OUTCOME_OK;
		event.duration = (struct integer){ PRESENT, 0 };
		event.results = event.arguments;
	}
	if (ending->end)
		event.results = resolved_hit_arguments(ending->end, ending->record, &results);
	calls->callbacks.emit(calls->callbacks.user, &event);
}

/* Returns the request that a call is made for, and counts a request that the program makes in the sums of that one. */
static struct link begin_link(const struct calls *calls, const struct resolved_hit *call,
			      struct bytes record)
{
	struct link link = { .by = LINK_NONE };

	if (!calls->links)
		return link;
	link = links_find(calls->links, call, record);
	if (call->schema->protocol)
		links_begin(calls->links, &link, call);
	return link;
}

static void end_link(const struct calls *calls, const struct resolved_hit *call,
		     const struct link *link, const struct ending *ending)
{
	uint32_t target = target_id(call->target);

	if (!calls->links || !call->schema->protocol)
		return;
	if (ending->end)
		links_end(calls->links, link, target, ending->end->head.time);
	else
		links_give_up(calls->links, link, target, calls->now);
}

/* Reports a call whose return was awaited. */
static void close_call(struct calls *calls, struct bytes record, const struct ending *ending)
{
	const struct call_note *note = joiner_note(calls->joiners[RETURNING], record);
	struct resolved_hit call;

	if (resolved_hit_find(calls->targets, record, &call) < 0)
		return;
	end_link(calls, &call, &note->link, ending);
	calls_emit(calls, &call, record, note, ending);
}

/* Reports a call whose return is not awaited. */
static void emit_at_once(struct calls *calls, const struct resolved_hit *call, struct bytes record)
{
	static const struct ending unknown = { .outcome = OUTCOME_UNKNOWN };
	struct call_note note = { .link = begin_link(calls, call, record) };

	end_link(calls, call, &note.link, &unknown);
	calls_emit(calls, call, record, &note, &unknown);
}

static void calls_give_up(struct calls *calls, struct bytes record)
{
	calls->unknown_ends++;
	close_call(calls, record, &(struct ending){ .outcome = OUTCOME_UNKNOWN });
}

/* Reports a call whose return was not observed: it has this outcome, unless the record of its return was lost. */
static void close_unreturned(struct calls *calls, struct bytes record, enum outcome outcome)
{
	const struct call_note *note = joiner_note(calls->joiners[RETURNING], record);

	if (lost_ends_since(calls->lost_ends, note->lost_ends))
		calls_give_up(calls, record);
	else
		close_call(calls, record, &(struct ending){ .outcome = outcome });
}

/* Returns whether the innermost awaited call of the goroutine is in frame `least` or a deeper one. */
static bool is_within(struct calls *calls, const struct resolved_hit *resolved, uint64_t least)
{
	struct resolved_hit innermost;
	struct bytes record;

	return joiner_look_owned(calls->joiners[RETURNING], target_id(resolved->target),
				 goroutine_of(resolved), &record) &&
	       resolved_hit_find(calls->targets, record, &innermost) == 0 &&
	       frame_of(&innermost) >= least;
}

/* Closes the awaited calls of the goroutine in frame `least` and deeper ones: a panic left these frames. */
static void leave_frames(struct calls *calls, const struct resolved_hit *resolved, uint64_t least)
{
	struct bytes record;

	while (is_within(calls, resolved, least) &&
	       joiner_take_owned(calls->joiners[RETURNING], target_id(resolved->target),
				 goroutine_of(resolved), &record))
		close_unreturned(calls, record, OUTCOME_PANIC);
}

/* Keeps a call until its return. */
static int await_return(struct calls *calls, const struct resolved_hit *call, struct bytes record)
{
	struct joiner_identity identity = {
		.target = target_id(call->target),
		.key = call_key(call),
		.owner = goroutine_of(call),
	};
	struct bytes displaced, kept;
	int r = joiner_open(calls->joiners[RETURNING], &identity, record, &displaced);

	if (r > 0)
		calls_give_up(calls, displaced);
	if (r >= 0 && joiner_look(calls->joiners[RETURNING], identity.target, identity.key, &kept))
		*(struct call_note *)joiner_note(calls->joiners[RETURNING], kept) =
			(struct call_note){
				.link = begin_link(calls, call, record),
				.lost_ends = lost_ends_note(calls->lost_ends),
			};
	while (joiner_take_excess(calls->joiners[RETURNING], &displaced))
		calls_give_up(calls, displaced);
	return r < 0 ? r : 0;
}

/* Returns whether the call carries a request for which the goroutine has called a client already. */
static bool is_carried(const struct calls *calls, const struct resolved_hit *call)
{
	struct resolved_hit outer;
	struct bytes record;

	return call->schema->protocol && call->schema->protocol->carries &&
	       joiner_look_owned(calls->joiners[RETURNING], target_id(call->target),
				 goroutine_of(call), &record) &&
	       resolved_hit_find(calls->targets, record, &outer) == 0 && outer.schema->protocol;
}

int calls_begin(struct calls *calls, const struct resolved_hit *call, struct bytes record)
{
	calls->now = call->head.time;
	if (!call->schema->awaits_return || !has_frame(call)) {
		emit_at_once(calls, call, record);
		return 0;
	}
	if (resolved_hit_is_early(call))
		return 0;
	leave_frames(calls, call, frame_of(call));
	if (is_carried(calls, call))
		return 0;
	return await_return(calls, call, record);
}

/* Returns whether the call has returned what ends later. */
static bool goes_on(const struct resolved_hit *call, const struct resolved_hit *end)
{
	struct integer key = hit_integer(&end->hit, FIELD_KEY);
	struct integer error = hit_integer(&end->hit, FIELD_ERROR);

	return call->schema->protocol && call->schema->protocol->ends_later &&
	       key.presence == PRESENT && key.value && error.presence == PRESENT && !error.value;
}

/* Keeps a call that has returned until its end. */
static void await_end_of(struct calls *calls, struct bytes record, const struct resolved_hit *end)
{
	struct joiner_identity identity = {
		.target = target_id(end->target),
		.key = (uint64_t)hit_integer(&end->hit, FIELD_KEY).value,
	};
	struct call_note note = *(struct call_note *)joiner_note(calls->joiners[RETURNING], record);
	struct bytes displaced, kept;
	int r = joiner_open(calls->joiners[BEGUN], &identity, record, &displaced);

	if (r < 0) {
		calls_give_up(calls, record);
		return;
	}
	if (r > 0)
		calls_give_up(calls, displaced);
	if (joiner_look(calls->joiners[BEGUN], identity.target, identity.key, &kept))
		*(struct call_note *)joiner_note(calls->joiners[BEGUN], kept) = note;
	while (joiner_take_excess(calls->joiners[BEGUN], &displaced))
		calls_give_up(calls, displaced);
}

/* Another response follows. For this client other statuses below 200 are those of a response. */
static bool is_continue(struct integer status)
{
	return status.presence == PRESENT && status.value == 100;
}

/*
 * A call has returned, unless it panicked: this return may belong to a later call at the same frame, whose record
 * was lost.
 */
static void end_frame(struct calls *calls, const struct resolved_hit *call,
		      struct bytes call_record, const struct resolved_hit *end, struct bytes record)
{
	if (call->head.lost_calls != end->head.lost_calls)
		close_call(calls, call_record, &(struct ending){ .outcome = OUTCOME_UNKNOWN });
	else if (goes_on(call, end))
		await_end_of(calls, call_record, end);
	else
		close_call(calls, call_record, &(struct ending){ OUTCOME_OK, end, record });
}

void calls_return(struct calls *calls, const struct resolved_hit *end, struct bytes record)
{
	struct bytes call_record;
	struct resolved_hit call;

	calls->now = end->head.time;
	if (!has_frame(end))
		return;
	leave_frames(calls, end, frame_of(end) + 1);
	if (!joiner_look(calls->joiners[RETURNING], target_id(end->target), call_key(end),
			 &call_record) ||
	    resolved_hit_find(calls->targets, call_record, &call) < 0)
		return;
	/* Another function was called at the same frame, and its return was not observed. */
	if (call.schema->entry != end->schema->entry) {
		leave_frames(calls, end, frame_of(end));
		return;
	}
	joiner_take(calls->joiners[RETURNING], target_id(end->target), call_key(end), &call_record);
	end_frame(calls, &call, call_record, end, record);
}

/* The header of a response has come: its request, the innermost one that the goroutine makes, has ended. */
static void finish_at_header(struct calls *calls, const struct resolved_hit *end,
			     struct bytes record)
{
	uint32_t target = target_id(end->target);
	uint64_t owner = goroutine_of(end);
	struct resolved_hit call;
	struct bytes call_record;

	if (is_continue(hit_integer(&end->hit, FIELD_STATUS)) ||
	    !joiner_look_owned(calls->joiners[RETURNING], target, owner, &call_record) ||
	    resolved_hit_find(calls->targets, call_record, &call) < 0 ||
	    call.schema->protocol != end->schema->protocol)
		return;
	joiner_take_owned(calls->joiners[RETURNING], target, owner, &call_record);
	close_call(calls, call_record, &(struct ending){ OUTCOME_OK, end, record });
}

void calls_finish(struct calls *calls, const struct resolved_hit *end, struct bytes record)
{
	uint64_t key = (uint64_t)hit_integer(&end->hit, FIELD_KEY).value;
	struct bytes call_record;

	calls->now = end->head.time;
	if (end->schema->protocol->ends_at_header) {
		finish_at_header(calls, end, record);
		return;
	}
	if (joiner_take(calls->joiners[BEGUN], target_id(end->target), key, &call_record))
		close_call(calls, call_record, &(struct ending){ OUTCOME_OK, end, record });
}

void calls_note_peer(struct calls *calls, const struct resolved_hit *choice)
{
	struct resolved_hit call;
	struct bytes record;
	struct call_note *note;

	if (!joiner_look_owned(calls->joiners[RETURNING], target_id(choice->target),
			       goroutine_of(choice), &record) ||
	    resolved_hit_find(calls->targets, record, &call) < 0 || !call.schema->protocol)
		return;
	note = joiner_note(calls->joiners[RETURNING], record);
	note->peer_length = request_peer(&choice->hit, note->peer, sizeof(note->peer)).length;
}

void calls_unwind(struct calls *calls, const struct resolved_hit *end)
{
	calls->now = end->head.time;
	leave_frames(calls, end, 0);
}

void calls_end_target(struct calls *calls, const struct target *target)
{
	struct bytes record;

	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		uint32_t passed = JOINER_NONE;

		while (joiner_take_of_target(calls->joiners[kind], target_id(target), &passed,
					     &record))
			close_unreturned(calls, record, OUTCOME_EXITED);
	}
}

void calls_close(struct calls *calls)
{
	struct bytes record;

	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		while (joiner_take_oldest(calls->joiners[kind], &record))
			close_unreturned(calls, record, OUTCOME_OPEN);
	}
}

/* As calls_each_open() for one kind of calls; returns false if `show` did. */
static bool each_of_kind(const struct calls *calls, enum kind kind, assembly_show *show, void *user)
{
	uint32_t at = JOINER_NONE;
	struct request_room room;
	struct resolved_hit call;
	struct bytes record;

	while (joiner_look_next(calls->joiners[kind], &at, &record)) {
		const struct call_note *note = joiner_note(calls->joiners[kind], record);
		struct event event;

		if (resolved_hit_find(calls->targets, record, &call) < 0)
			continue;
		event = event_of(calls, &call, note, &(struct ending){ .outcome = OUTCOME_OPEN },
				 &room);
		if (!show(user, &event))
			return false;
	}
	return true;
}

void calls_each_open(const struct calls *calls, assembly_show *show, void *user)
{
	for (enum kind kind = 0; kind < KIND_COUNT && each_of_kind(calls, kind, show, user); kind++)
		;
}
