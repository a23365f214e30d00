/* SPDX-License-Identifier: MIT */
#include "pending_hits.h"

#include <stdlib.h>
#include <string.h>

#include <linux/types.h>

#include "array.h"
#include "contract.h"

enum {
	/* Bytes of records from new processes between two reads of the ring. */
	ROOM = 4 << 20,
	FIRST_ROOM = 1 << 16,
	MAX_RECORD = 1 << 17,
};

/* The head of each kept record. */
struct kept_head {
	uint32_t size; /* of the record */
	uint32_t programs_since;
};

struct pending_hits {
	uint8_t *kept;
	size_t used, capacity;
	uint8_t scratch[MAX_RECORD];
};

struct pending_hits *pending_hits_create(void)
{
	return calloc(1, sizeof(struct pending_hits));
}

void pending_hits_destroy(struct pending_hits *pending)
{
	if (!pending)
		return;
	free(pending->kept);
	free(pending);
}

bool pending_hit_of(struct bytes record, struct pending_hit *ret_hit)
{
	struct record_hit hit;

	if (record.size < sizeof(hit))
		return false;
	memcpy(&hit, record.data, sizeof(hit));
	if (hit.kind != RECORD_HIT || hit.cookie >> COOKIE_PLAN_BITS & TRACED_TARGET_MASK)
		return false;
	ret_hit->pid = hit.process >> 32;
	ret_hit->plan = hit.cookie & ((1u << COOKIE_PLAN_BITS) - 1);
	return true;
}

static bool make_room(struct pending_hits *pending, size_t size)
{
	uint8_t *kept;

	if (pending->used + size > ROOM)
		return false;
	kept = array_reserve(pending->kept, pending->used + size, FIRST_ROOM, &pending->capacity);
	if (!kept)
		return false;
	pending->kept = kept;
	return true;
}

bool pending_hits_keep(struct pending_hits *pending, struct bytes record)
{
	struct kept_head head = { .size = (uint32_t)record.size };

	if (record.size > MAX_RECORD || !make_room(pending, sizeof(head) + record.size))
		return false;
	memcpy(pending->kept + pending->used, &head, sizeof(head));
	memcpy(pending->kept + pending->used + sizeof(head), record.data, record.size);
	pending->used += sizeof(head) + record.size;
	return true;
}

struct bytes pending_hits_assign(struct pending_hits *pending, struct bytes record, uint32_t target)
{
	struct record_hit hit;

	if (record.size > MAX_RECORD)
		return (struct bytes){ 0 };
	memcpy(pending->scratch, record.data, record.size);
	memcpy(&hit, record.data, sizeof(hit));
	hit.cookie |= (uint64_t)target << COOKIE_PLAN_BITS;
	memcpy(pending->scratch, &hit, sizeof(hit));
	return (struct bytes){ pending->scratch, record.size };
}

/* Returns the record that is kept at this place. */
static struct bytes record_at(const struct pending_hits *pending, size_t at,
			      struct kept_head *ret_head)
{
	memcpy(ret_head, pending->kept + at, sizeof(*ret_head));
	return (struct bytes){ pending->kept + at + sizeof(*ret_head), ret_head->size };
}

/* Skips records that belong to a target by now. */
bool pending_hits_next(const struct pending_hits *pending, size_t *at, struct pending_hit *ret_hit)
{
	while (*at < pending->used) {
		struct kept_head head;
		struct bytes record = record_at(pending, *at, &head);

		ret_hit->at = *at;
		ret_hit->programs_since = head.programs_since;
		*at += sizeof(head) + record.size;
		if (pending_hit_of(record, ret_hit))
			return true;
	}
	return false;
}

void pending_hits_end_program(struct pending_hits *pending, uint32_t pid)
{
	struct pending_hit hit;

	for (size_t at = 0; pending_hits_next(pending, &at, &hit);) {
		struct kept_head head;

		if (hit.pid != pid)
			continue;
		record_at(pending, hit.at, &head);
		head.programs_since++;
		memcpy(pending->kept + hit.at, &head, sizeof(head));
	}
}

struct bytes pending_hits_claim(struct pending_hits *pending, const struct pending_hit *hit,
				uint32_t target)
{
	struct kept_head head;
	struct bytes claimed =
		pending_hits_assign(pending, record_at(pending, hit->at, &head), target);

	/* A record with a target is not pending any more. */
	memcpy(pending->kept + hit->at + sizeof(head), claimed.data, sizeof(struct record_hit));
	return claimed;
}

void pending_hits_discard(struct pending_hits *pending)
{
	pending->used = 0;
}
