/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_RESOLVED_HIT_H
#define GOHTTPSNOOP_CORE_RESOLVED_HIT_H

#include "decode.h"
#include "target_set.h"

/* One decoded record, and what it is a record of. The texts of `hit` are views into it. */
struct resolved_hit {
	const struct target *target;
	const struct schema *schema;
	const char *function; /* the probe is on */
	struct hit_head head;
	struct hit hit;
};

/*
 * -EBADMSG when the bytes are no record of a target's probes, -ESRCH when it is of none of the targets
 * (any more).
 */
int resolved_hit_find(const struct target_set *targets, struct bytes record,
		      struct resolved_hit *ret_resolved);

/* Of what began before all probes were in their places: its end may have passed where none was yet. */
bool resolved_hit_is_early(const struct resolved_hit *resolved);

/*
 * What was captured beside the fields, decoded into `arguments`, which is then returned; NULL where nothing
 * was. `record` is what the resolved is of.
 */
const struct hit_arguments *resolved_hit_arguments(const struct resolved_hit *resolved,
						   struct bytes record,
						   struct hit_arguments *arguments);

#endif
