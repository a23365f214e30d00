/* SPDX-License-Identifier: MIT */
/* A capture at a probe: finds its value, adds it to the plan, and describes the path to it. */
#include "probe_capture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "interface_words.h"
#include "shape_maker.h"
#include "walk_parts.h"

/* Writes the path to a place: "rdi +16 +56". */
static void describe_way(const struct scope *scope, const struct plan_builder *builder,
			 const struct plan_place *place, char *text, size_t size)
{
	size_t used = 0;

	if (place->source >= 0) {
		describe_way(scope, builder, &builder->sources[place->source].place, text, size);
		used = strlen(text);
		snprintf(text + used, size - used, " %+d", place->displacement);
		return;
	}
	text[0] = '\0';
	for (uint8_t i = 0; i < place->word_count && used < size; i++)
		used += snprintf(text + used, size - used, "%s%s", i ? ", " : "",
				 convention_register_name(scope->convention, place->words[i]));
}

/* Walks to the value of the expression. The last pointer is only followed if the condition `gate` is true. */
static int walk_to_value(const struct scope *scope, const struct expression *expression,
			 int16_t gate, struct plan_builder *builder, struct walk *walk,
			 struct error *err)
{
	int r = walk_begin(walk, scope, expression, builder, err);

	while (r == 0 && walk->step + 1 < expression->step_count) {
		if (gate != PLAN_NO_GATE && walk->step + 2 == expression->step_count)
			walk->place.gate = gate;
		r = walk_take_step(walk, err);
	}
	return r;
}

/* Returns the cell of a protocol's field: a value without parts, or the bytes of a []byte as a string. */
static int field_cell(const struct walk *walk, struct cell *ret_cell, struct error *err)
{
	if (walk->type->kind != TYPE_SLICE)
		return shape_leaf(walk, ret_cell, err);
	if (types_complete(walk->scope->types, walk->type, err) < 0)
		return -ENODATA;
	if (!is_bytes(walk->type))
		return shape_leaf(walk, ret_cell, err);
	*ret_cell = (struct cell){ .kind = CELL_STRING, .size = 2 * SHAPE_WORD };
	return 0;
}

/* The cell of the length or the capacity of a string or slice. A string has no capacity. */
static int measure_cell(const struct walk *walk, struct cell *ret_cell,
			struct plan_place *ret_place, struct error *err)
{
	bool capacity = walk->expression->measure == MEASURE_CAP;

	if (walk->expression->measure == MEASURE_TYPE)
		return walk_fail(walk, err, -EINVAL, "the name of a type is no number");
	if (walk->type->kind != TYPE_SLICE && (capacity || walk->type->kind != TYPE_STRING))
		return walk_fail(walk, err, -EINVAL,
				 capacity ? "this type has no capacity" :
					    "this type has no length");
	*ret_cell = (struct cell){ .kind = CELL_INT, .size = SHAPE_WORD };
	return walk_word(walk, capacity ? 2 * SHAPE_WORD : SHAPE_WORD, ret_place, err);
}

static int field_or_measure(const struct walk *walk, struct cell *ret_cell,
			    struct plan_place *ret_place, struct error *err)
{
	int r;

	if (walk->expression->measure != MEASURE_NONE)
		return measure_cell(walk, ret_cell, ret_place, err);
	r = field_cell(walk, ret_cell, err);
	return r < 0 ? r : walk_place(walk, ret_place, err);
}

/* Moves from an interface to the interface of the same type to which its data word points. */
static int follow_chain(struct walk *walk, struct error *err)
{
	const struct type *interface = walk->type;
	struct plan_place pointer;
	int r = walk_to_field(walk, interface_word("data"), err);

	if (r == 0)
		r = walk_word(walk, 0, &pointer, err);
	return r < 0 ? r : walk_follow_word(walk, pointer, interface, err);
}

/* Adds the two cells of an interface: the hash of its dynamic type, and its data word. */
static int add_interface(const struct walk *walk, struct plan_builder *builder, struct error *err)
{
	struct plan_place hash, data;
	int r = walk_type_hash(walk, &hash, err);

	if (r == 0)
		r = walk_word(walk, SHAPE_WORD, &data, err);
	if (r == 0)
		r = plan_add(builder, hash, (struct cell){ CELL_UINT, sizeof(uint32_t) }, 0, err);
	if (r >= 0)
		r = plan_add(builder, data, (struct cell){ CELL_UINT, SHAPE_WORD }, 0, err);
	return r < 0 ? r : 0;
}

/* Adds the cells of a chain of interfaces; returns the place of the first one. */
static int add_chain(const struct walk *first, uint8_t length, struct plan_builder *builder,
		     struct plan_place *ret_place, struct error *err)
{
	struct walk walk = *first;
	int r = types_complete(walk.scope->types, walk.type, err);

	if (r == 0 && walk.type->kind != TYPE_INTERFACE)
		r = walk_fail(&walk, err, -EINVAL, "this is no interface");
	if (r == 0)
		r = walk_word(&walk, 0, ret_place, err);
	for (uint8_t i = 0; r == 0 && i < length; i++) {
		if (i)
			r = follow_chain(&walk, err);
		if (r == 0)
			r = add_interface(&walk, builder, err);
	}
	return r;
}

/* Adds the cells of the value to which the walk has come; returns its place. */
static int add_cells(const struct walk *walk, const struct capture *capture,
		     struct plan_builder *builder, struct plan_place *ret_place, struct error *err)
{
	struct cell cell = { 0 };
	int r;

	if (capture->chain)
		return add_chain(walk, capture->chain, builder, ret_place, err);
	r = field_or_measure(walk, &cell, ret_place, err);
	return r < 0 ? r : plan_add(builder, *ret_place, cell, capture->lookahead, err);
}

/* Adds the condition that a signed integer in memory is not negative: that its highest byte is 0. Returns its number. */
static int require_not_negative(const struct scope *scope, const char *integer,
				struct plan_builder *builder, struct error *err)
{
	struct expression expression;
	struct plan_place place;
	struct cell cell = { 0 };
	struct walk walk;
	int r = expression_parse(integer, &expression, err);

	if (r == 0)
		r = walk_to_value(scope, &expression, PLAN_NO_GATE, builder, &walk, err);
	if (r == 0)
		r = field_or_measure(&walk, &cell, &place, err);
	if (r < 0)
		return r;
	if (cell.kind != CELL_INT || place.source < 0)
		return walk_fail(&walk, err, -EINVAL, "this is no signed integer in memory");
	place.displacement += cell.size - 1;
	return plan_require(builder, place, PLAN_EQUAL, 1, 0, err);
}

static struct scope scope_for(const struct scope *outer, const struct capture *capture)
{
	struct scope scope = *outer;

	scope.unchecked_elements = capture->unchecked;
	return scope;
}

/* Adds the value to the plan, and describes it. */
static int add_value(const struct scope *outer, const struct capture *capture,
		     struct plan_builder *builder, struct probe_capture *result, struct error *err)
{
	const struct scope with = scope_for(outer, capture), *scope = &with;
	struct plan_mark before = plan_mark(builder);
	struct plan_place place = { 0 };
	struct expression expression;
	struct walk walk;
	int gate = PLAN_NO_GATE;
	int r = expression_parse(capture->expression, &expression, err);

	if (r == 0 && capture->unless_negative)
		r = gate = require_not_negative(scope, capture->unless_negative, builder, err);
	if (r >= 0)
		r = walk_to_value(scope, &expression, gate, builder, &walk, err);
	if (r == 0)
		r = add_cells(&walk, capture, builder, &place, err);
	if (r < 0) {
		plan_rewind(builder, before);
		return r;
	}
	snprintf(result->type, sizeof(result->type), "%.*s", (int)sizeof(result->type) - 1,
		 expression.measure != MEASURE_NONE ? "int" : walk.type->name);
	describe_way(scope, builder, &place, result->way, sizeof(result->way));
	result->source = type_source_least_trusted(walk.sources);
	return 0;
}

int probe_capture_add(const struct scope *scope, const struct capture *capture,
		      struct plan_builder *builder, struct probe_capture *result, struct error *err)
{
	struct error why = { 0 };
	int r;

	*result = (struct probe_capture){ .field = capture->field };
	snprintf(result->expression, sizeof(result->expression), "%s", capture->expression);
	r = add_value(scope, capture, builder, result, &why);
	if (r == 0)
		return 0;
	result->result = r;
	snprintf(result->why, sizeof(result->why), "%.*s", (int)sizeof(result->why) - 1, why.what);
	return capture->required ? error_adopt(err, &why) : 0;
}
