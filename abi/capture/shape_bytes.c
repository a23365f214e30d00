/* SPDX-License-Identifier: MIT */
/* Slices and arrays of bytes: one value each, not a list of numbers. */
#include "shape_maker.h"

#include "minimum.h"

bool is_bytes(const struct type *type)
{
	return type->element && type->element->kind == TYPE_UINT && type->element->size == 1;
}

int bytes_add_slice(struct shape_maker *maker, const struct walk *walk,
		    struct shape_position position)
{
	struct plan_place place = { 0 };
	int pointer = maker_add_part(maker, walk, 0, CELL_POINTER, SHAPE_WORD);
	int r = pointer < 0 ? pointer : walk_place(walk, &place, maker->err);
	int string = r < 0 ? r : maker_add_cell(maker, place, CELL_STRING, 2 * SHAPE_WORD);

	return maker_set_cells(maker,
			       string < 0 ? string : maker_open(maker, SHAPE_BYTES, position),
			       pointer, string);
}

/* Returns the largest cell that this number of bytes fills. */
static uint8_t cell_size(uint64_t bytes)
{
	uint8_t size = SHAPE_WORD;

	while (size > bytes)
		size /= 2;
	return size;
}

/* An array is captured word by word: unlike a string, it has no pointer and length in memory. */
int bytes_add_array(struct shape_maker *maker, const struct walk *walk,
		    struct shape_position position)
{
	uint64_t length = walk->type->length;
	uint64_t captured = minimum(length, maker->bounds.bytes);
	int node = maker_open(maker, SHAPE_BYTE_ARRAY, position), cell = 0, count = 0;

	if (node < 0)
		return node;
	for (uint64_t at = 0; at < captured; count++) {
		uint8_t size = cell_size(captured - at);
		int r = maker_add_part(maker, walk, at, CELL_UINT, size);

		if (r < 0)
			return r;
		if (at == 0)
			cell = r;
		at += size;
	}
	maker_node(maker, node)->count = length;
	return maker_set_cells(maker, node, cell, count);
}
