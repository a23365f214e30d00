/* SPDX-License-Identifier: MIT */
#include "sighting.h"

#include <errno.h>

#include "target.h"

int sighting_of(const struct target_set *targets, struct bytes record,
		struct sighting *ret_sighting)
{
	const struct inspection *inspection;
	int r = decode_head(record, &ret_sighting->head);

	if (r < 0)
		return r;
	ret_sighting->target = target_set_find(targets, ret_sighting->head.target);
	if (!ret_sighting->target)
		return -ESRCH;
	inspection = target_inspection(ret_sighting->target);
	ret_sighting->schema = inspection_schema(inspection, ret_sighting->head.plan);
	if (!ret_sighting->schema)
		return -EBADMSG;
	ret_sighting->function = inspection_function(inspection, ret_sighting->head.plan);
	return decode_hit(record, ret_sighting->schema, &ret_sighting->hit);
}

bool sighting_is_early(const struct sighting *sighting)
{
	return sighting->head.time < target_since(sighting->target);
}

const struct hit_arguments *sighting_arguments(const struct sighting *sighting, struct bytes record,
					       struct hit_arguments *arguments)
{
	if (!sighting->schema->arguments ||
	    decode_arguments(record, sighting->schema, arguments) < 0)
		return NULL;
	return arguments;
}
