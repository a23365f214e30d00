/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_RESOLVED_HIT_H
#define GOHTTPSNOOP_CORE_RESOLVED_HIT_H

#include "decode.h"
#include "target_set.h"

/*
 * A decoded record with its target, schema and function. The strings of `hit` are views into the
 * record.
 */
struct resolved_hit {
	const struct target *target;
	const struct schema *schema;
	const char *function; /* the probed function */
	struct hit_head head;
	struct hit hit;
};

/*
 * Decodes a record and finds its target. Returns -EBADMSG for bytes that are not a record of a
 * target's probes, -ESRCH if the target does not exist (any more).
 */
int resolved_hit_find(const struct target_set *targets, struct bytes record,
		      struct resolved_hit *ret_resolved);

/*
 * Returns whether the record is from a time when not all probes were attached: the end of the
 * request or call may have been missed.
 */
bool resolved_hit_is_early(const struct resolved_hit *resolved);

/*
 * Decodes the captures other than fields into `arguments` and returns it; NULL if there are none.
 * `record` is the record of the hit.
 */
const struct hit_arguments *resolved_hit_arguments(const struct resolved_hit *resolved,
						   struct bytes record,
						   struct hit_arguments *arguments);

#endif
