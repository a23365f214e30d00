/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SIGHTING_H
#define GOHTTPSNOOP_CORE_SIGHTING_H

#include "decode.h"
#include "target_set.h"

/* One decoded record, and what it is a record of. The texts of `hit` are views into it. */
struct sighting {
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
int sighting_of(const struct target_set *targets, struct bytes record,
		struct sighting *ret_sighting);

/* Of what began before all probes were in their places: its end may have passed where none was yet. */
bool sighting_is_early(const struct sighting *sighting);

/*
 * What was captured beside the fields, decoded into `arguments`, which is then returned; NULL where nothing
 * was. `record` is what the sighting is of.
 */
const struct hit_arguments *sighting_arguments(const struct sighting *sighting, struct bytes record,
					       struct hit_arguments *arguments);

#endif
