/* SPDX-License-Identifier: MIT */
/* Values that are shown by their types alone: nothing of them is read. */
#include "shape_maker.h"

#include <stdio.h>

/* The cell that says whether there is such a value: the pointer to it, or a register that is part of it. */
static int add_presence(struct shape_maker *maker, const struct walk *walk)
{
	struct plan_place pointer;

	if (walk->place.source == PLAN_REGISTERS)
		return maker_add_part(maker, walk, 0, CELL_UINT, SHAPE_WORD);
	pointer = maker->builder->sources[walk->place.source].place;
	/* The condition of the last step holds only where those before it do. */
	if (walk->place.gate != PLAN_NO_GATE)
		pointer.gate = walk->place.gate;
	return maker_add_cell(maker, pointer, CELL_POINTER, SHAPE_WORD);
}

int opaque_add(struct shape_maker *maker, const struct walk *walk, struct shape_spot spot)
{
	int cell = add_presence(maker, walk);
	int node = cell < 0 ? cell : maker_open(maker, SHAPE_OPAQUE, spot);
	char name[512];
	uint16_t at = 0;
	int r;

	if (node < 0)
		return node;
	snprintf(name, sizeof(name), "%.*s%s", spot.pointers, "********", walk->type->name);
	r = maker_add_name(maker, name, &at);
	maker_node(maker, node)->count = at;
	return r < 0 ? r : maker_set_cells(maker, node, cell, 0);
}
