/* SPDX-License-Identifier: MIT */
#include "assembly.h"

#include <errno.h>
#include <stdlib.h>

#include "joiner.h"
#include "request.h"

/* Open requests of all targets together; each keeps its start record, some hundred bytes. */
enum { MAX_OPEN_REQUESTS = 65536 };

struct assembly {
	struct assembly_callbacks callbacks;
	struct joiner *joiner;
	int64_t wall_offset;
};

int assembly_create(const struct assembly_callbacks *callbacks, struct assembly **ret_assembly)
{
	struct assembly *assembly = calloc(1, sizeof(*assembly));

	if (!assembly)
		return -ENOMEM;
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

static void emit(struct assembly *assembly, const struct target *target, struct event *event)
{
	event->process = target_identity(target);
	assembly->callbacks.emit(assembly->callbacks.user, event);
}

/* Decodes a record of one of the target's probes; its schema in `*ret_schema`. */
static int decode(const struct target *target, struct bytes record, struct sighting *ret_sighting,
		  const struct schema **ret_schema)
{
	int r = decode_head(record, &ret_sighting->head);

	if (r < 0)
		return r;
	*ret_schema = inspection_schema(target_inspection(target), ret_sighting->head.plan);
	if (!*ret_schema)
		return -EBADMSG;
	return decode_hit(record, *ret_schema, &ret_sighting->hit);
}

/* Tells of a request of which there is the start and, unless `end` is NULL, the end. */
static void close_request(struct assembly *assembly, const struct target *target,
			  struct bytes start_record, const struct sighting *end, enum outcome outcome)
{
	const struct schema *schema;
	struct sighting start;
	struct event event;

	if (decode(target, start_record, &start, &schema) < 0)
		return;
	event = request_event(&start, end, outcome, assembly->wall_offset);
	emit(assembly, target, &event);
}

/*
 * A displaced request of the same target is closed as of unknown outcome: its response writer is in
 * use again, so it has ended, by a road that passes none of our probes.
 */
static int open_request(struct assembly *assembly, const struct target *target, uint64_t key,
			struct bytes record)
{
	struct bytes displaced;
	int r = joiner_open(assembly->joiner, target_id(target), key, record, &displaced);

	if (r > 0)
		close_request(assembly, target, displaced, NULL, OUTCOME_UNKNOWN);
	return r < 0 ? r : 0;
}

/* The end of a request that began before it was traced finds no start, and is no event. */
static void end_request(struct assembly *assembly, const struct target *target, uint64_t key,
			const struct sighting *end)
{
	struct bytes start;

	if (joiner_take(assembly->joiner, target_id(target), key, &start))
		close_request(assembly, target, start, end, OUTCOME_OK);
}

static void tell_call(struct assembly *assembly, const struct target *target,
		      const struct sighting *call)
{
	const char *function = inspection_function(target_inspection(target), call->head.plan);
	struct event event = call_event(call, function, assembly->wall_offset);

	emit(assembly, target, &event);
}

int assembly_record(struct assembly *assembly, const struct target *target, struct bytes record)
{
	const struct schema *schema;
	struct sighting sighting;
	struct integer key;
	int r = decode(target, record, &sighting, &schema);

	if (r < 0)
		return r;
	key = hit_integer(&sighting.hit, FIELD_KEY);
	switch (schema->role) {
	case PLAN_ROLE_START:
		return open_request(assembly, target, key.value, record);
	case PLAN_ROLE_END:
		end_request(assembly, target, key.value, &sighting);
		return 0;
	case PLAN_ROLE_CALL:
		tell_call(assembly, target, &sighting);
		return 0;
	default:
		return -EBADMSG;
	}
}

void assembly_end_target(struct assembly *assembly, const struct target *target)
{
	struct bytes start;

	while (joiner_take_any(assembly->joiner, target_id(target), &start))
		close_request(assembly, target, start, NULL, OUTCOME_EXITED);
}
