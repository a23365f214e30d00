/* SPDX-License-Identifier: MIT */
#include "pending_hits.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/types.h>

#include "contract.h"

enum {
	/* What comes between two looks at the ring, from processes that have just begun. */
	ROOM = 4 << 20,
	MAX_RECORD = 1 << 17,
};

struct pending_hits {
	uint8_t *kept; /* records, each behind its size as 8 bytes */
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
	size_t capacity = pending->capacity ? pending->capacity : 1 << 16;
	uint8_t *kept;

	while (capacity - pending->used < size)
		capacity *= 2;
	if (capacity > ROOM)
		return false;
	if (capacity == pending->capacity)
		return true;
	kept = realloc(pending->kept, capacity);
	if (!kept)
		return false;
	pending->kept = kept;
	pending->capacity = capacity;
	return true;
}

bool pending_hits_keep(struct pending_hits *pending, struct bytes record)
{
	uint64_t size = record.size;

	if (size > MAX_RECORD || !make_room(pending, sizeof(size) + size))
		return false;
	memcpy(pending->kept + pending->used, &size, sizeof(size));
	memcpy(pending->kept + pending->used + sizeof(size), record.data, size);
	pending->used += sizeof(size) + size;
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

/* The record at `*at`, if it is of the process, else no bytes; goes on to the next. */
static struct bytes next_of(const struct pending_hits *pending, size_t *at, uint32_t pid,
			    struct pending_hit *ret_hit)
{
	struct bytes record;
	uint64_t size;

	memcpy(&size, pending->kept + *at, sizeof(size));
	record = (struct bytes){ pending->kept + *at + sizeof(size), size };
	*at += sizeof(size) + size;
	return pending_hit_of(record, ret_hit) && ret_hit->pid == pid ? record :
									(struct bytes){ 0 };
}

int pending_hits_plan(const struct pending_hits *pending, uint32_t pid)
{
	struct pending_hit hit;

	for (size_t at = 0; at < pending->used;) {
		if (next_of(pending, &at, pid, &hit).size)
			return hit.plan;
	}
	return -ENOENT;
}

void pending_hits_replay(struct pending_hits *pending, uint32_t pid, uint32_t target,
			 void (*take)(void *user, struct bytes record), void *user)
{
	struct pending_hit hit;

	for (size_t at = 0; at < pending->used;) {
		struct bytes record = next_of(pending, &at, pid, &hit);

		if (!record.size)
			continue;
		take(user, pending_hits_assign(pending, record, target));
		/* With a target it is not pending any more. */
		memcpy(pending->kept + (record.data - pending->kept), pending->scratch,
		       sizeof(struct record_hit));
	}
}

void pending_hits_discard(struct pending_hits *pending)
{
	pending->used = 0;
}
