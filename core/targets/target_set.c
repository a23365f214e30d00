/* SPDX-License-Identifier: MIT */
#include "target_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/types.h>

#include "array.h"
#include "contract.h"

void target_set_finish(struct target_set *set)
{
	free(set->targets);
	*set = (struct target_set){ 0 };
}

uint32_t target_set_next_id(struct target_set *set)
{
	do
		set->last_id = set->last_id % TRACED_TARGET_MASK + 1;
	while (target_set_find(set, set->last_id));
	return set->last_id;
}

/* Returns the index of the first target whose id is not less than `id`. */
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

int target_set_add(struct target_set *set, struct target *target)
{
	struct target **targets;
	size_t at;

	targets = array_grow(set->targets, set->count, sizeof(struct target *));
	if (!targets)
		return -ENOMEM;
	set->targets = targets;
	at = lower_bound(set, target_id(target));
	memmove(set->targets + at + 1, set->targets + at,
		(set->count - at) * sizeof(struct target *));
	set->targets[at] = target;
	set->count++;
	return 0;
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
	struct target *found = NULL;

	for (size_t i = 0; i < set->count; i++) {
		struct target *target = set->targets[i];

		if (target_identity(target)->pid == pid && (!found || target_is_withdrawn(found)))
			found = target;
	}
	return found;
}
