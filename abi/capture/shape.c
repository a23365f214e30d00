/* SPDX-License-Identifier: MIT */
#include "shape.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

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

/* ---- finding a part ---- */

static const struct shape_node *child_with_name(const struct shape *shape,
						const struct shape_node *node, const char *name)
{
	const struct shape_node *end = node + node->size;

	for (const struct shape_node *child = node + 1; child < end; child += child->size) {
		if (strcmp(shape_name(shape, child), name) == 0)
			return child;
	}
	return NULL;
}

static const struct shape_node *child_at(const struct shape_node *node, int64_t index)
{
	const struct shape_node *end = node + node->size;
	const struct shape_node *child = node + 1;

	while (child < end && index--)
		child += child->size;
	return child < end ? child : NULL;
}

/* A pointer is shown as what it points to. */
static const struct shape_node *pointed_to(const struct shape_node *node)
{
	while (node && node->kind == SHAPE_POINTER)
		node = node->size > 1 ? node + 1 : NULL;
	return node;
}

static const struct shape_node *
follow_step(const struct shape *shape, const struct shape_node *node, const struct value_step *step)
{
	bool has_elements = node->kind == SHAPE_ARRAY || node->kind == SHAPE_SLICE;

	if (step->key && node->kind == SHAPE_STRUCT)
		return pointed_to(child_with_name(shape, node, step->key));
	if (!step->key && step->index >= 0 && has_elements)
		return pointed_to(child_at(node, step->index));
	return NULL;
}

int shape_find_integer(const struct shape *shape, const struct value_step *steps, size_t count,
		       const struct plan_builder *builder)
{
	const struct shape_node *node = shape->node_count ? shape->nodes : NULL;
	enum cell_kind kind;

	for (size_t i = 0; node && i < count; i++)
		node = follow_step(shape, node, &steps[i]);
	if (!node || node->kind != SHAPE_CELL)
		return -ENOENT;
	kind = builder->captures[node->cell].cell.kind;
	return kind == CELL_INT || kind == CELL_UINT ? node->cell : -ENOENT;
}
