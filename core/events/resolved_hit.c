/* SPDX-License-Identifier: MIT */
#include "resolved_hit.h"

#include <errno.h>

#include "protocol.h"
#include "target.h"

static void resolved_hit_complete(struct resolved_hit *resolved)
{
	const struct protocol *protocol = resolved->schema->protocol;

	if (protocol && protocol->complete)
		protocol->complete(&resolved->hit);
}

int resolved_hit_find(const struct target_set *targets, struct bytes record,
		      struct resolved_hit *ret_resolved)
{
	const struct inspection *inspection;
	int r = decode_head(record, &ret_resolved->head);

	if (r < 0)
		return r;
	ret_resolved->target = target_set_find(targets, ret_resolved->head.target);
	if (!ret_resolved->target)
		return -ESRCH;
	inspection = target_inspection(ret_resolved->target);
	ret_resolved->schema = inspection_schema(inspection, ret_resolved->head.plan);
	if (!ret_resolved->schema)
		return -EBADMSG;
	ret_resolved->function = inspection_function(inspection, ret_resolved->head.plan);
	r = decode_hit(record, ret_resolved->schema, &ret_resolved->hit);
	if (r == 0)
		resolved_hit_complete(ret_resolved);
	return r;
}

bool resolved_hit_is_early(const struct resolved_hit *resolved)
{
	return resolved->head.time < target_since(resolved->target);
}

const struct hit_arguments *resolved_hit_arguments(const struct resolved_hit *resolved,
						   struct bytes record,
						   struct hit_arguments *arguments)
{
	if (!resolved->schema->arguments ||
	    decode_arguments(record, resolved->schema, arguments) < 0)
		return NULL;
	return arguments;
}
