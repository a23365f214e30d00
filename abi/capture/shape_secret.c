/* SPDX-License-Identifier: MIT */
/*
 * Decides which values a redaction hides: by a name in the expression, by the field, by the key next to the
 * value.
 */
#include "shape_maker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* ---- names ---- */

/* Returns the result's name in the source code for `ret` and `ret0`; other names are returned unchanged. */
static const char *result_name(const struct scope *scope, const char *root)
{
	const struct signature *signature = scope->signature;

	for (size_t i = 0; scope->site->kind == SITE_RETURN && i < signature->result_count; i++) {
		char number[32];

		snprintf(number, sizeof(number), "ret%zu", i);
		if (strcmp(root, number) == 0 ||
		    (strcmp(root, "ret") == 0 && signature->result_count == 1))
			return signature->results[i].name;
	}
	return root;
}

bool secret_is_named(const struct redaction *redaction, const struct scope *scope,
		     const struct expression *expression)
{
	if (redaction_hides_field(redaction, result_name(scope, expression->steps[0].name)))
		return true;
	for (size_t i = 1; i < expression->step_count; i++) {
		const struct expression_step *step = &expression->steps[i];

		if ((step->kind == STEP_NAME && redaction_hides_field(redaction, step->name)) ||
		    (step->kind == STEP_KEY &&
		     redaction_hides_key(redaction, step->key, step->key_size, step->key_size)))
			return true;
	}
	return false;
}

static bool is_name_among(const char *name, const char *const *names)
{
	while (*names && strcmp(*names, name) != 0)
		names++;
	return *names;
}

/* Returns whether the field contains the value of a cookie. The name of a cookie is not secret. */
static bool is_of_cookie(const struct type *owner, const char *field)
{
	static const char *const fields[] = { "Value", "value", "Raw", "buf", "bufK", "bufV", NULL };
	const char *dot = strrchr(owner->name, '.');

	return dot && strcmp(dot + 1, "Cookie") == 0 && is_name_among(field, fields);
}

bool secret_is_field(const struct redaction *redaction, const struct type *owner, const char *field)
{
	return redaction && (redaction_hides_field(redaction, field) || is_of_cookie(owner, field));
}

/* ---- keys beside values ---- */

static bool holds_text(struct types *types, const struct type *type)
{
	if (types_complete(types, type, NULL) < 0)
		return false;
	return type->kind == TYPE_STRING ||
	       (type->kind == TYPE_SLICE && type->element && type->element->kind == TYPE_UINT &&
		type->element->size == 1);
}

const char *secret_key_beside(const struct redaction *redaction, struct types *types,
			      const struct type *owner, const char *field)
{
	static const char *const keys[] = { "Key", "key", "Name", "name", NULL };
	static const char *const values[] = { "Value", "value", "Values", "values",
					      "Val",   "val",	NULL };

	if (!redaction || !is_name_among(field, values))
		return NULL;
	for (size_t i = 0; i < owner->field_count; i++) {
		if (is_name_among(owner->fields[i].name, keys) &&
		    holds_text(types, owner->fields[i].type))
			return owner->fields[i].name;
	}
	return NULL;
}

/* Returns the shape's cell with this string; adds the cell if there is none. */
static int find_cell(struct shape_maker *maker, const struct plan_place *place)
{
	const struct plan_builder *builder = maker->builder;

	for (int i = maker->first_cell; i < builder->capture_count; i++) {
		const struct plan_capture *capture = &builder->captures[i];

		if (capture->cell.kind == CELL_STRING && plan_places_equal(&capture->place, place))
			return i;
	}
	return maker_add_cell(maker, *place, CELL_STRING, 2 * SHAPE_WORD);
}

int secret_open_guard(struct shape_maker *maker, const struct walk *owner, const char *key,
		      struct shape_position position)
{
	struct plan_place place = { 0 };
	struct walk walk = *owner;
	int r = walk_take_name(&walk, key, maker->err);
	int cell, node;

	if (r == 0)
		r = walk_place(&walk, &place, maker->err);
	cell = r < 0 ? r : find_cell(maker, &place);
	node = cell < 0 ? cell : maker_open(maker, SHAPE_GUARDED, position);
	if (node >= 0)
		maker_node(maker, node)->cell = (uint8_t)cell;
	return node;
}

/* ---- hidden values ---- */

/*
 * Reads the length of a string or slice, and nothing of other values. In both cases the record shows whether
 * there is a value.
 */
int secret_add(struct shape_maker *maker, const struct walk *walk, struct shape_position position)
{
	bool has_length = walk->type->kind == TYPE_STRING || walk->type->kind == TYPE_SLICE;
	int node, cell = 0;

	if (has_length)
		cell = maker_add_part(maker, walk, SHAPE_WORD, CELL_INT, SHAPE_WORD);
	else if (walk->place.source != PLAN_REGISTERS)
		cell = maker_add_presence(maker, walk);
	if (cell == -ENOTSUP || cell == -ENODATA)
		return value_add_null(maker, position);
	node = cell < 0 ? cell : maker_open(maker, SHAPE_SECRET, position);
	if (node >= 0 && !has_length && walk->place.source == PLAN_REGISTERS)
		maker_node(maker, node)->count = 1;
	return maker_set_cells(maker, node, cell, 0);
}
