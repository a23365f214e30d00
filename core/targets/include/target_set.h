/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TARGET_SET_H
#define GOHTTPSNOOP_CORE_TARGET_SET_H

#include "target.h"

/* The targets of a session, in the order of their ids. Embedded; zeroed it is empty. */
struct target_set {
	struct target **targets;
	size_t count;
	uint32_t last_id;
};

void target_set_finish(struct target_set *set);

/* The id for the next target; one that was given before only after all others were. */
uint32_t target_set_next_id(struct target_set *set);

/* The set does not own its targets. */
int target_set_add(struct target_set *set, struct target *target);
void target_set_remove(struct target_set *set, const struct target *target);

/* NULL when there is none. */
struct target *target_set_find(const struct target_set *set, uint32_t id);
/* Of two that had the same number the one that has not ended. */
struct target *target_set_find_pid(const struct target_set *set, uint32_t pid);

#endif
