/* SPDX-License-Identifier: MIT */
/* Composes the shape of the values of all expressions. */
#include "shape_maker.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "interface.h"
#include "walk_parts.h"

enum { CHANNEL_CAPACITY = 8 }; /* offset of runtime.hchan.dataqsiz; qcount is at 0 */

static int add_measure(struct shape_maker *maker, const struct walk *walk,
		       struct shape_position position)
{
	bool capacity = walk->expression->measure == MEASURE_CAP;
	struct walk at = *walk;
	int node, r = 0;

	while (r == 0 && at.type->kind == TYPE_POINTER && at.type->element)
		r = walk_follow(&at, maker->err);
	if (r == 0)
		r = types_complete(at.scope->types, at.type, maker->err);
	if (r < 0)
		return r;
	if (at.type->kind == TYPE_SLICE || (at.type->kind == TYPE_STRING && !capacity))
		return maker_set_cells(maker, maker_open(maker, SHAPE_CELL, position),
				       maker_add_part(maker, &at,
						      capacity ? 2 * SHAPE_WORD : SHAPE_WORD,
						      CELL_INT, SHAPE_WORD),
				       0);
	if (at.type->kind == TYPE_ARRAY) {
		node = maker_open(maker, SHAPE_NUMBER, position);
		if (node >= 0)
			maker_node(maker, node)->count = at.type->length;
		return node < 0 ? node : 0;
	}
	if (at.type->kind != TYPE_CHAN && (at.type->kind != TYPE_MAP || capacity))
		return walk_fail(walk, maker->err, -EINVAL,
				 capacity ? "this type has no capacity" :
					    "this type has no length");
	node = value_add_counted(maker, &at, SHAPE_LENGTH, capacity ? CHANNEL_CAPACITY : 0,
				 position);
	return node < 0 ? node : 0;
}

/* Adds the name of the dynamic type of an interface, or of the interface to which a pointer points. */
static int add_type_name(struct shape_maker *maker, const struct walk *walk,
			 struct shape_position position)
{
	struct walk at = *walk;
	int r = walk_follow_pointers(&at, maker->err);

	if (r < 0)
		return r;
	if (at.type->kind != TYPE_INTERFACE)
		return walk_fail(walk, maker->err, -EINVAL,
				 "only an interface has values of different types");
	return held_add_type_name(maker, &at, position);
}

static int take_steps(struct shape_maker *maker, struct walk *walk, struct shape_position position);

/*
 * Takes the rest of the expression if the interface has this dynamic type; adds null if the type has no such
 * field.
 */
static int take_steps_of_held(struct shape_maker *maker, const struct walk *interface,
			      const struct type *type, struct shape_position position)
{
	struct walk held = *interface;
	bool hides = maker->hides;
	int r = held_hash(maker, interface, type, &position.hash);

	if (r < 0)
		return r;
	position.name = type->name;
	held.type = type;
	if (!walk_has_field(&held, held.expression->steps[held.step + 1].name))
		return value_add_null(maker, position);
	held.type = interface->type;
	r = walk_to_held(&held, type, maker->err);
	if (r < 0)
		return r;
	r = take_steps(maker, &held, position);
	maker->hides = hides;
	return r;
}

static bool needs_held(const struct walk *walk)
{
	const struct expression_step *next = &walk->expression->steps[walk->step + 1];

	return walk->type->kind == TYPE_INTERFACE && next->kind == STEP_NAME &&
	       !interface_word(next->name);
}

/* Follows a pointer to an interface. Go itself does not do this. */
static int follow_to_interface(const struct shape_maker *maker, struct walk *walk)
{
	const struct type *type = walk->type;

	if (type->kind != TYPE_POINTER || types_complete(walk->scope->types, type, NULL) < 0 ||
	    !type->element || type->element->kind != TYPE_INTERFACE)
		return 0;
	return walk_follow(walk, maker->err);
}

static int fail_held(const struct walk *walk, struct error *err)
{
	return expression_fail(
		err, -ENOENT, walk->expression, walk->expression->steps[walk->step + 1].at,
		"a %s is an interface, and no known type in it has this field: name the type, .(*T).field",
		walk->type->name);
}

static int choose_held(struct shape_maker *maker, const struct walk *walk,
		       struct shape_position position)
{
	size_t node = maker->shape.node_count;
	int r = held_add_alternatives(maker, walk, SHAPE_CHOICE, position, take_steps_of_held);
	size_t end = r < 0 ? 0 : node + maker->shape.nodes[node].size;

	for (size_t i = node + 1; i < end; i += maker->shape.nodes[i].size) {
		if (maker->shape.nodes[i].kind != SHAPE_NULL)
			return 0;
	}
	return r < 0 ? r : fail_held(walk, maker->err);
}

/*
 * Takes the rest of the expression. The value is hidden if the key next to the next field is the name of a
 * secret.
 */
static int take_guarded_steps(struct shape_maker *maker, struct walk *walk, const char *key,
			      struct shape_position position)
{
	int node = secret_open_guard(maker, walk, key, position);
	int r = node < 0 ? node : walk_take_step(walk, maker->err);

	position.name = "";
	if (r == 0)
		r = take_steps(maker, walk, position);
	return r < 0 ? r : maker_close(maker, node);
}

/*
 * The next field may be secret because of its struct. Either sets `hides`, or returns the key that decides
 * it; or NULL.
 */
static const char *look_ahead(struct shape_maker *maker, const struct walk *walk)
{
	const struct expression_step *next = &walk->expression->steps[walk->step + 1];
	const struct redaction *redaction = maker->bounds.spec->redaction;
	const struct type *owner =
		redaction && next->kind == STEP_NAME ? walk_field_owner(walk, next->name) : NULL;

	if (!owner || maker->hides)
		return NULL;
	maker->hides = secret_is_field(redaction, owner, next->name);
	return maker->hides ? NULL :
			      secret_key_beside(redaction, walk->scope->types, owner, next->name);
}

static int take_steps(struct shape_maker *maker, struct walk *walk, struct shape_position position)
{
	while (walk->step + 1 < walk->expression->step_count) {
		int r = follow_to_interface(maker, walk);
		const char *key;

		if (r == 0 && needs_held(walk))
			return choose_held(maker, walk, position);
		key = r == 0 ? look_ahead(maker, walk) : NULL;
		if (key)
			return take_guarded_steps(maker, walk, key, position);
		if (r == 0)
			r = walk_take_step(walk, maker->err);
		if (r < 0)
			return r;
	}
	if (maker->hides)
		return secret_add(maker, walk, position);
	if (maker->shows_type)
		return opaque_add(maker, walk, position);
	if (walk->expression->measure)
		return walk->expression->measure == MEASURE_TYPE ?
			       add_type_name(maker, walk, position) :
			       add_measure(maker, walk, position);
	return types_complete(walk->scope->types, walk->type, maker->err) < 0 ?
		       -ENODATA :
		       value_add_kind(maker, walk, position);
}

static void note_gap(struct shape_maker *maker, const char *name)
{
	struct shape_gaps *gaps = maker->gaps;
	struct shape_gap *gap;

	if (!gaps || gaps->count == SHAPE_MAX_GAPS)
		return;
	gap = &gaps->gaps[gaps->count];
	snprintf(gap->name, sizeof(gap->name), "%.*s", (int)sizeof(gap->name) - 1, name);
	snprintf(gap->why, sizeof(gap->why), "%.*s", (int)sizeof(gap->why) - 1,
		 maker->err ? maker->err->what : "");
	gaps->count++;
}

static bool is_gap(const struct shape_maker *maker, int result)
{
	return result == -ENODATA || result == -ENOTSUP ||
	       (maker->bounds.allows_missing && result == -ENOENT);
}

static int add_capture(struct shape_maker *maker, const struct scope *scope,
		       const struct expression *expression)
{
	struct maker_mark before = maker_mark(maker);
	struct shape_position position = { .name = expression->name };
	struct walk walk;
	int r = walk_begin(&walk, scope, expression, maker->builder, maker->err);

	maker->hides = secret_is_named(maker->bounds.spec->redaction, scope, expression);
	if (r == 0)
		r = instance_add(maker, &walk, position, take_steps);
	if (!is_gap(maker, r))
		return r;
	note_gap(maker, expression->name);
	maker_rewind(maker, before);
	return value_add_null(maker, position);
}

/* Adds null for a capture that does not fit into the plan. */
static int add_left_out(struct shape_maker *maker, const struct expression *expression)
{
	size_t node = maker->shape.node_count;
	int r = value_add_null(maker, (struct shape_position){ .name = expression->name });

	if (r == 0)
		maker_node(maker, (int)node)->cut = true;
	return r;
}

static int add_requested_value(struct shape_maker *maker, const struct scope *scope,
			       const struct value_request *value, bool is_left_out)
{
	size_t node = maker->shape.node_count;
	int r;

	maker->shows_type = value->shows_type;
	maker->sources = 0;
	r = is_left_out ? add_left_out(maker, value->expression) :
			  add_capture(maker, scope, value->expression);

	if (r < 0)
		return r;
	maker_node(maker, (int)node)->position = value->position;
	maker_node(maker, (int)node)->sources = maker->sources;
	return 0;
}

int shape_create(const struct scope *scope, const struct value_request *values, size_t count,
		 struct shape_bounds bounds, struct plan_builder *builder, struct shape *ret_shape,
		 struct shape_gaps *gaps, struct error *err)
{
	struct shape_maker maker = { .shape = { .spec = bounds.spec },
				     .bounds = bounds,
				     .builder = builder,
				     .first_cell = builder->capture_count,
				     .gaps = gaps,
				     .err = err };
	int root = maker_open(&maker, SHAPE_STRUCT, (struct shape_position){ .name = "" });
	int r = root < 0 ? root : 0;

	if (gaps)
		*gaps = (struct shape_gaps){ .count = 0 };
	for (size_t i = 0; r == 0 && i < count; i++)
		r = add_requested_value(&maker, scope, &values[i],
					bounds.has_limit && i >= bounds.limit);
	if (r == 0)
		r = instance_note_results(&maker, scope);
	if (r < 0) {
		shape_finish(&maker.shape);
		return r;
	}
	maker_close(&maker, root);
	*ret_shape = maker.shape;
	return 0;
}
