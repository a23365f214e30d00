/* SPDX-License-Identifier: MIT */
#include "shape_maker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

static int fail_maker_memory(struct shape_maker *maker)
{
	return error_fail(maker->err, -ENOMEM, "out of memory");
}

enum { FIRST_NAMES = 256 }; /* bytes */

int maker_add_name(struct shape_maker *maker, const char *name, uint16_t *ret_at)
{
	struct shape *shape = &maker->shape;
	size_t size = strlen(name) + 1;
	char *names = array_reserve(shape->names, shape->name_size + size, FIRST_NAMES,
				    &maker->name_capacity);

	if (!names)
		return fail_maker_memory(maker);
	shape->names = names;
	if (shape->name_size + size > UINT16_MAX)
		return error_fail(maker->err, -E2BIG,
				  "the names of the captured values are too long");
	memcpy(names + shape->name_size, name, size);
	*ret_at = shape->name_size;
	shape->name_size += size;
	return 0;
}

int maker_open(struct shape_maker *maker, enum shape_kind kind, struct shape_position position)
{
	struct shape *shape = &maker->shape;
	struct shape_node *nodes;
	uint16_t name = 0;
	int r = maker_add_name(maker, position.name, &name);

	if (r < 0)
		return r;
	nodes = array_grow(shape->nodes, shape->node_count, sizeof(*nodes));
	if (!nodes)
		return fail_maker_memory(maker);
	shape->nodes = nodes;
	nodes[shape->node_count] =
		(struct shape_node){ .kind = kind, .size = 1, .name = name, .hash = position.hash };
	return shape->node_count++;
}

struct shape_node *maker_node(struct shape_maker *maker, int number)
{
	return &maker->shape.nodes[number];
}

int maker_close(struct shape_maker *maker, int number)
{
	maker_node(maker, number)->size = maker->shape.node_count - number;
	return 0;
}

struct maker_mark maker_mark(const struct shape_maker *maker)
{
	return (struct maker_mark){ plan_mark(maker->builder), maker->shape.node_count };
}

void maker_rewind(struct shape_maker *maker, struct maker_mark mark)
{
	plan_rewind(maker->builder, mark.plan);
	maker->shape.node_count = mark.node_count;
}

int maker_add_cell(struct shape_maker *maker, struct plan_place place, enum cell_kind kind,
		   uint8_t size)
{
	return plan_add(maker->builder, place, (struct cell){ kind, size }, 0, maker->err);
}

int maker_add_part(struct shape_maker *maker, const struct walk *walk, uint64_t offset,
		   enum cell_kind kind, uint8_t size)
{
	struct plan_place place = { 0 };
	int r = walk_word(walk, offset, &place, maker->err);

	return r < 0 ? r : maker_add_cell(maker, place, kind, size);
}

int maker_add_presence(struct shape_maker *maker, const struct walk *walk)
{
	struct plan_place pointer = maker->builder->sources[walk->place.source].place;

	/* The last condition includes all earlier ones. */
	if (walk->place.gate != PLAN_NO_GATE)
		pointer.gate = walk->place.gate;
	return maker_add_cell(maker, pointer, CELL_POINTER, SHAPE_WORD);
}

int maker_set_cells(struct shape_maker *maker, int number, int cell, int second)
{
	if (number < 0 || cell < 0)
		return number < 0 ? number : cell;
	if (second < 0)
		return second;
	maker_node(maker, number)->cell = cell;
	maker_node(maker, number)->second = second;
	return maker_close(maker, number);
}
