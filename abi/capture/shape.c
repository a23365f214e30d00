/* SPDX-License-Identifier: MIT */
#include "shape.h"

#include <stdlib.h>

bool shape_has_interfaces(const struct shape *shape)
{
	for (size_t i = 0; i < shape->node_count; i++) {
		if (shape->nodes[i].kind == SHAPE_INTERFACE || shape->nodes[i].kind == SHAPE_CHOICE)
			return true;
	}
	return false;
}

void shape_finish(struct shape *shape)
{
	free(shape->nodes);
	free(shape->names);
	type_names_release(shape->type_names);
	*shape = (struct shape){ 0 };
}

const char *shape_name(const struct shape *shape, const struct shape_node *node)
{
	return shape->names + node->name;
}

const char *shape_type_name(const struct shape *shape, const struct shape_node *node)
{
	return shape->names + node->count;
}
