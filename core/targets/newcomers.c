/* SPDX-License-Identifier: MIT */
#include "newcomers.h"

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

struct newcomers {
	uint8_t *kept; /* records, each behind its size as 8 bytes */
	size_t used, capacity;
	uint8_t scratch[MAX_RECORD];
};

struct newcomers *newcomers_create(void)
{
	return calloc(1, sizeof(struct newcomers));
}

void newcomers_destroy(struct newcomers *newcomers)
{
	if (!newcomers)
		return;
	free(newcomers->kept);
	free(newcomers);
}

bool newcomers_is_one(struct bytes record, struct newcomer *ret_newcomer)
{
	struct record_hit hit;

	if (record.size < sizeof(hit))
		return false;
	memcpy(&hit, record.data, sizeof(hit));
	if (hit.kind != RECORD_HIT || hit.cookie >> COOKIE_PLAN_BITS & TRACED_TARGET_MASK)
		return false;
	ret_newcomer->pid = hit.process >> 32;
	ret_newcomer->plan = hit.cookie & ((1u << COOKIE_PLAN_BITS) - 1);
	return true;
}

static bool make_room(struct newcomers *newcomers, size_t size)
{
	size_t capacity = newcomers->capacity ? newcomers->capacity : 1 << 16;
	uint8_t *kept;

	while (capacity - newcomers->used < size)
		capacity *= 2;
	if (capacity > ROOM)
		return false;
	if (capacity == newcomers->capacity)
		return true;
	kept = realloc(newcomers->kept, capacity);
	if (!kept)
		return false;
	newcomers->kept = kept;
	newcomers->capacity = capacity;
	return true;
}

bool newcomers_keep(struct newcomers *newcomers, struct bytes record)
{
	uint64_t size = record.size;

	if (size > MAX_RECORD || !make_room(newcomers, sizeof(size) + size))
		return false;
	memcpy(newcomers->kept + newcomers->used, &size, sizeof(size));
	memcpy(newcomers->kept + newcomers->used + sizeof(size), record.data, size);
	newcomers->used += sizeof(size) + size;
	return true;
}

struct bytes newcomers_assign(struct newcomers *newcomers, struct bytes record, uint32_t target)
{
	struct record_hit hit;

	if (record.size > MAX_RECORD)
		return (struct bytes){ 0 };
	memcpy(newcomers->scratch, record.data, record.size);
	memcpy(&hit, record.data, sizeof(hit));
	hit.cookie |= (uint64_t)target << COOKIE_PLAN_BITS;
	memcpy(newcomers->scratch, &hit, sizeof(hit));
	return (struct bytes){ newcomers->scratch, record.size };
}

/* The record at `*at`, if it is of the process, else no bytes; goes on to the next. */
static struct bytes next_of(const struct newcomers *newcomers, size_t *at, uint32_t pid,
			    struct newcomer *ret_newcomer)
{
	struct bytes record;
	uint64_t size;

	memcpy(&size, newcomers->kept + *at, sizeof(size));
	record = (struct bytes){ newcomers->kept + *at + sizeof(size), size };
	*at += sizeof(size) + size;
	return newcomers_is_one(record, ret_newcomer) && ret_newcomer->pid == pid ?
		       record :
		       (struct bytes){ 0 };
}

int newcomers_plan(const struct newcomers *newcomers, uint32_t pid)
{
	struct newcomer newcomer;

	for (size_t at = 0; at < newcomers->used;) {
		if (next_of(newcomers, &at, pid, &newcomer).size)
			return newcomer.plan;
	}
	return -ENOENT;
}

void newcomers_hand_on(struct newcomers *newcomers, uint32_t pid, uint32_t target,
		       void (*take)(void *user, struct bytes record), void *user)
{
	struct newcomer newcomer;

	for (size_t at = 0; at < newcomers->used;) {
		struct bytes record = next_of(newcomers, &at, pid, &newcomer);

		if (!record.size)
			continue;
		take(user, newcomers_assign(newcomers, record, target));
		/* With a target it is no newcomer's any more. */
		memcpy(newcomers->kept + (record.data - newcomers->kept), newcomers->scratch,
		       sizeof(struct record_hit));
	}
}

void newcomers_clear(struct newcomers *newcomers)
{
	newcomers->used = 0;
}
