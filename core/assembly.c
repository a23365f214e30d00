/* SPDX-License-Identifier: MIT */
#include "assembly.h"

#include <errno.h>
#include <stdlib.h>

#include "joiner.h"
#include "request.h"

/* Open requests of all targets together; each keeps its start record, some hundred bytes. */
enum { MAX_OPEN_REQUESTS = 65536 };

struct assembly {
	const struct target_set *targets;
	struct assembly_callbacks callbacks;
	struct joiner *joiner;
	int64_t wall_offset;
	uint64_t unknown_ends;
};

int assembly_create(const struct target_set *targets, const struct assembly_callbacks *callbacks,
		    struct assembly **ret_assembly)
{
	struct assembly *assembly = calloc(1, sizeof(*assembly));

	if (!assembly)
		return -ENOMEM;
	assembly->targets = targets;
	assembly->callbacks = *callbacks;
	if (joiner_create(MAX_OPEN_REQUESTS, &assembly->joiner) < 0) {
		free(assembly);
		return -ENOMEM;
	}
	*ret_assembly = assembly;
	return 0;
}

void assembly_destroy(struct assembly *assembly)
{
	if (!assembly)
		return;
	joiner_destroy(assembly->joiner);
	free(assembly);
}

void assembly_set_wall_offset(struct assembly *assembly, int64_t wall_offset)
{
	assembly->wall_offset = wall_offset;
}

uint32_t assembly_open_requests(const struct assembly *assembly)
{
	return joiner_count(assembly->joiner);
}

/* A record, decoded, and what it is a record of. */
struct decoded {
	const struct target *target;
	enum plan_role role;
	struct sighting sighting;
};

static int decode(const struct assembly *assembly, struct bytes record, struct decoded *decoded)
{
	struct sighting *sighting = &decoded->sighting;
	const struct schema *schema;
	int r = decode_head(record, &sighting->head);

	if (r < 0)
		return r;
	decoded->target = target_set_find(assembly->targets, sighting->head.target);
	if (!decoded->target)
		return -ESRCH;
	schema = inspection_schema(target_inspection(decoded->target), sighting->head.plan);
	if (!schema)
		return -EBADMSG;
	decoded->role = schema->role;
	return decode_hit(record, schema, &sighting->hit);
}

uint64_t assembly_unknown_ends(const struct assembly *assembly)
{
	return assembly->unknown_ends;
}

static void emit(struct assembly *assembly, const struct target *target, struct event *event)
{
	event->process = target_identity(target);
	assembly->callbacks.emit(assembly->callbacks.user, event);
}

/* Tells of a request of which there is the start and, unless `end` is NULL, the end. */
static void close_request(struct assembly *assembly, struct bytes start_record,
			  const struct sighting *end, enum outcome outcome)
{
	struct decoded start;
	struct event event;

	if (decode(assembly, start_record, &start) < 0)
		return;
	event = request_event(&start.sighting, end, outcome, assembly->wall_offset);
	emit(assembly, start.target, &event);
}

/*
 * Two probes can see one request begin, where one layer of a server calls the other: its key is open
 * then, by another probe and for the same goroutine, which cannot handle two requests at once.
 */
static bool is_open_already(const struct assembly *assembly, const struct decoded *start,
			    uint64_t key, uint64_t owner)
{
	struct bytes record;
	struct decoded open;

	return owner && joiner_look(assembly->joiner, target_id(start->target), key, &record) &&
	       decode(assembly, record, &open) == 0 &&
	       open.sighting.head.plan != start->sighting.head.plan &&
	       (uint64_t)hit_integer(&open.sighting.hit, FIELD_GOID).value == owner;
}

/*
 * A displaced request has ended by a road that passes none of our probes (its response writer is in
 * use again), or its end was lost, or there are too many open.
 */
static int open_request(struct assembly *assembly, const struct decoded *start, struct bytes record)
{
	uint64_t key = hit_integer(&start->sighting.hit, FIELD_KEY).value;
	uint64_t owner = hit_integer(&start->sighting.hit, FIELD_GOID).value;
	struct bytes displaced;
	int r;

	/* Its end would not find it. */
	if (hit_integer(&start->sighting.hit, FIELD_KEY).presence == UNREADABLE) {
		assembly->unknown_ends++;
		close_request(assembly, record, NULL, OUTCOME_UNKNOWN);
		return 0;
	}
	/* After a request that could not be parsed there is no response writer. */
	if (key == 0 || is_open_already(assembly, start, key, owner))
		return 0;
	r = joiner_open(assembly->joiner, target_id(start->target), key, owner, record, &displaced);
	if (r > 0) {
		assembly->unknown_ends++;
		close_request(assembly, displaced, NULL, OUTCOME_UNKNOWN);
	}
	return r < 0 ? r : 0;
}

/* The end of a request that began before it was traced finds no start, and is no event. */
static void end_request(struct assembly *assembly, const struct decoded *end, enum outcome outcome)
{
	uint64_t key = hit_integer(&end->sighting.hit, FIELD_KEY).value;
	struct bytes start;

	if (joiner_take(assembly->joiner, target_id(end->target), key, &start))
		close_request(assembly, start, &end->sighting, outcome);
}

/* Whether some request that is open has ended, as the record of its end did not get through. */
static bool misses_ends(const struct assembly *assembly)
{
	const struct assembly_callbacks *callbacks = &assembly->callbacks;

	return callbacks->lost_ends &&
	       callbacks->lost_ends(callbacks->user) > assembly->unknown_ends;
}

/*
 * A connection is at its end and a request on it is open: its handler panicked, unless this is one
 * of those whose ends are missing.
 */
static void end_panicked(struct assembly *assembly, const struct decoded *panic)
{
	uint64_t owner = hit_integer(&panic->sighting.hit, FIELD_GOID).value;
	struct bytes start;

	if (!joiner_take_owned(assembly->joiner, target_id(panic->target), owner, &start))
		return;
	if (misses_ends(assembly)) {
		assembly->unknown_ends++;
		close_request(assembly, start, NULL, OUTCOME_UNKNOWN);
	} else {
		close_request(assembly, start, &panic->sighting, OUTCOME_PANIC);
	}
}

static void tell_call(struct assembly *assembly, const struct decoded *call, struct bytes record)
{
	const struct inspection *inspection = target_inspection(call->target);
	const struct schema *schema = inspection_schema(inspection, call->sighting.head.plan);
	const char *function = inspection_function(inspection, call->sighting.head.plan);
	struct event event = call_event(&call->sighting, function, assembly->wall_offset);
	struct hit_arguments arguments;

	if (schema->arguments && decode_arguments(record, schema, &arguments) == 0)
		event.arguments = &arguments;
	emit(assembly, call->target, &event);
}

int assembly_record(struct assembly *assembly, struct bytes record)
{
	struct decoded decoded;
	int r = decode(assembly, record, &decoded);

	if (r < 0)
		return r;
	switch (decoded.role) {
	case PLAN_ROLE_START:
		return open_request(assembly, &decoded, record);
	case PLAN_ROLE_END:
		end_request(assembly, &decoded, OUTCOME_OK);
		return 0;
	case PLAN_ROLE_HIJACK:
		end_request(assembly, &decoded, OUTCOME_HIJACKED);
		return 0;
	case PLAN_ROLE_PANIC:
		end_panicked(assembly, &decoded);
		return 0;
	case PLAN_ROLE_CALL:
		tell_call(assembly, &decoded, record);
		return 0;
	default:
		return -EBADMSG;
	}
}

void assembly_end_target(struct assembly *assembly, const struct target *target)
{
	struct bytes start;

	while (joiner_take_any(assembly->joiner, target_id(target), &start))
		close_request(assembly, start, NULL, OUTCOME_EXITED);
}
