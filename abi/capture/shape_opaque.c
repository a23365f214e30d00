/* SPDX-License-Identifier: MIT */
/* Values of which only the type is shown; their contents are not read. */
#include "shape_maker.h"

#include <stdio.h>

int opaque_add(struct shape_maker *maker, const struct walk *walk, struct shape_position position)
{
	int cell = walk->place.source == PLAN_REGISTERS ?
			   maker_add_part(maker, walk, 0, CELL_UINT, SHAPE_WORD) :
			   maker_add_presence(maker, walk);
	int node = cell < 0 ? cell : maker_open(maker, SHAPE_OPAQUE, position);
	char name[512];
	uint16_t at = 0;
	int r;

	if (node < 0)
		return node;
	snprintf(name, sizeof(name), "%.*s%s", position.pointers, "********", walk->type->name);
	r = maker_add_name(maker, name, &at);
	maker_node(maker, node)->count = at;
	return r < 0 ? r : maker_set_cells(maker, node, cell, 0);
}
