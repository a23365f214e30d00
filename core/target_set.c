/* SPDX-License-Identifier: MIT */
#include "target_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void target_set_finish(struct target_set *set)
{
	free(set->targets);
	*set = (struct target_set){0};
}

uint32_t target_set_next_id(struct target_set *set)
{
	return ++set->last_id;
}

int target_set_add(struct target_set *set, struct target *target)
{
	if (set->count == set->capacity) {
		size_t capacity = set->capacity ? 2 * set->capacity : 16;
		struct target **targets = realloc(set->targets, capacity * sizeof(struct target *));

		if (!targets)
			return -ENOMEM;
		set->targets = targets;
		set->capacity = capacity;
	}
	set->targets[set->count++] = target;
	return 0;
}

/* The index of the first target whose id is not below `id`. */
static size_t lower_bound(const struct target_set *set, uint32_t id)
{
	size_t low = 0, high = set->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (target_id(set->targets[middle]) < id)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void target_set_remove(struct target_set *set, const struct target *target)
{
	size_t at = lower_bound(set, target_id(target));

	if (at == set->count || set->targets[at] != target)
		return;
	memmove(set->targets + at, set->targets + at + 1,
		(set->count - at - 1) * sizeof(struct target *));
	set->count--;
}

struct target *target_set_find(const struct target_set *set, uint32_t id)
{
	size_t at = lower_bound(set, id);

	return at < set->count && target_id(set->targets[at]) == id ? set->targets[at] : NULL;
}

struct target *target_set_find_pid(const struct target_set *set, uint32_t pid)
{
	for (size_t i = 0; i < set->count; i++) {
		if (target_identity(set->targets[i])->pid == pid)
			return set->targets[i];
	}
	return NULL;
}
