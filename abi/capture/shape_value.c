/* SPDX-License-Identifier: MIT */
/* Values of all kinds, within the bounds. */
#include "shape_maker.h"

#include <errno.h>
#include <string.h>

#include "minimum.h"
#include "opaque.h"

enum {
	MAX_FIELDS = 24,
	MAX_POINTERS = 8, /* consecutive pointers */
};

/* ---- values without parts ---- */

static bool cell_of(const struct type *type, struct cell *ret_cell)
{
	*ret_cell = (struct cell){ .size = type->size };
	switch (type->kind) {
	case TYPE_BOOL:
		ret_cell->kind = CELL_BOOL;
		return type->size == 1;
	case TYPE_INT:
	case TYPE_UINT:
		ret_cell->kind = type->kind == TYPE_INT ? CELL_INT : CELL_UINT;
		return type->size == 1 || type->size == 2 || type->size == 4 || type->size == 8;
	case TYPE_FLOAT:
		ret_cell->kind = CELL_FLOAT;
		return type->size == 4 || type->size == 8;
	case TYPE_POINTER:
	case TYPE_MAP:
	case TYPE_CHAN:
	case TYPE_FUNC:
		ret_cell->kind = CELL_POINTER;
		return type->size == SHAPE_WORD;
	case TYPE_STRING:
		ret_cell->kind = CELL_STRING;
		return type->size == 2 * SHAPE_WORD;
	default:
		return false;
	}
}

int shape_leaf(const struct walk *walk, struct cell *ret_cell, struct error *err)
{
	if (cell_of(walk->type, ret_cell))
		return 0;
	return error_fail(err, -ENOTSUP, "a value of type %s cannot be captured as a whole",
			  walk->type->name);
}

static int add_leaf(struct shape_maker *maker, const struct walk *walk, struct cell cell,
		    enum shape_kind kind, struct shape_position position)
{
	struct plan_place place = { 0 };
	int r = walk_place(walk, &place, maker->err);

	if (r < 0)
		return r;
	return maker_set_cells(maker, maker_open(maker, kind, position),
			       maker_add_cell(maker, place, cell.kind, cell.size), 0);
}

static int add_complex(struct shape_maker *maker, const struct walk *walk,
		       struct shape_position position)
{
	uint8_t half = walk->type->size / 2;
	int real, imaginary;

	if (walk->type->size != 8 && walk->type->size != 16)
		return error_fail(maker->err, -ENOTSUP,
				  "the size of %s is not that of a complex number",
				  walk->type->name);
	real = maker_add_part(maker, walk, 0, CELL_FLOAT, half);
	imaginary = real < 0 ? real : maker_add_part(maker, walk, half, CELL_FLOAT, half);
	if (imaginary < 0)
		return imaginary;
	return maker_set_cells(maker, maker_open(maker, SHAPE_COMPLEX, position), real, imaginary);
}

/* ---- values with parts ---- */

/* Limits how often a struct contains its own type: otherwise, lists and trees would fill the plan. */
static bool is_too_recursive(const struct shape_maker *maker, const struct type *type,
			     const struct shape_enclosing *enclosing)
{
	uint8_t count = 0;

	for (; enclosing; enclosing = enclosing->outer)
		count += strcmp(enclosing->type->name, type->name) == 0;
	return count > maker->bounds.recursion;
}

/* Adds a field. It may be hidden always, depending on the key next to it, or never. */
static int add_field(struct shape_maker *maker, const struct walk *owner, const struct field *field,
		     struct shape_position position)
{
	const struct redaction *redaction = maker->bounds.spec->redaction;
	const char *key =
		secret_key_beside(redaction, owner->scope->types, owner->type, field->name);
	struct walk part = *owner;
	int guard, r = walk_to_field(&part, field, maker->err);

	if (r < 0)
		return r;
	if (secret_is_field(redaction, owner->type, field->name))
		return secret_add(maker, &part, position);
	if (!key)
		return value_add(maker, &part, position);
	guard = secret_open_guard(maker, owner, key, position);
	/* If its key cannot be read, the value may be a secret. */
	if (guard == -ENODATA || guard == -ENOTSUP)
		return secret_add(maker, &part, position);
	position.name = "";
	r = guard < 0 ? guard : value_add(maker, &part, position);
	return r < 0 ? r : maker_close(maker, guard);
}

static int add_struct(struct shape_maker *maker, const struct walk *walk,
		      struct shape_position position)
{
	bool deepest = position.depth == maker->bounds.depth ||
		       is_too_recursive(maker, walk->type, position.enclosing);
	const struct shape_enclosing enclosing = { walk->type, position.enclosing };
	struct shape_position within = { .depth = position.depth + 1, .enclosing = &enclosing };
	int node = maker_open(maker, SHAPE_STRUCT, position);
	size_t added = 0;
	int r = 0;

	if (node < 0)
		return node;
	for (size_t i = 0; r == 0 && i < walk->type->field_count; i++) {
		const struct field *field = &walk->type->fields[i];

		if (strcmp(field->name, "_") == 0)
			continue;
		if (deepest || added == MAX_FIELDS) {
			maker_node(maker, node)->cut = true;
			break;
		}
		within.name = field->name;
		r = add_field(maker, walk, field, within);
		added++;
	}
	return r < 0 ? r : maker_close(maker, node);
}

static int add_pointer(struct shape_maker *maker, const struct walk *walk,
		       struct shape_position position)
{
	int cell = maker_add_part(maker, walk, 0, CELL_POINTER, SHAPE_WORD);
	int node = cell < 0 ? cell : maker_open(maker, SHAPE_POINTER, position);
	struct walk target = *walk;
	int r;

	if (node < 0)
		return node;
	maker_node(maker, node)->cell = cell;
	if (position.pointers == MAX_POINTERS) {
		maker_node(maker, node)->cut = true;
		return 0;
	}
	r = walk_follow(&target, maker->err);
	if (r == 0)
		r = value_add(maker, &target,
			      (struct shape_position){ "", 0, position.depth, position.pointers + 1,
						       position.enclosing });
	return r < 0 ? r : maker_close(maker, node);
}

static int add_elements(struct shape_maker *maker, const struct walk *walk, int node,
			struct shape_position position, uint64_t most)
{
	uint64_t count = minimum(most, maker->bounds.width);
	int r = 0;

	if (position.depth == maker->bounds.depth)
		count = 0;
	for (uint64_t i = 0; r == 0 && i < count; i++) {
		struct walk element = *walk;

		r = walk_to_element(&element, i, maker->err);
		if (r == 0)
			r = value_add(maker, &element,
				      (struct shape_position){ "", 0, position.depth + 1, 0,
							       position.enclosing });
	}
	return r < 0 ? r : maker_close(maker, node);
}

static int add_array(struct shape_maker *maker, const struct walk *walk,
		     struct shape_position position)
{
	int node;

	if (is_bytes(walk->type) && walk->type->length)
		return bytes_add_array(maker, walk, position);
	node = maker_open(maker, SHAPE_ARRAY, position);
	if (node < 0)
		return node;
	maker_node(maker, node)->count = walk->type->length;
	return add_elements(maker, walk, node, position, walk->type->length);
}

static int add_slice(struct shape_maker *maker, const struct walk *walk,
		     struct shape_position position)
{
	int pointer, length, node, r;

	if (is_bytes(walk->type))
		return bytes_add_slice(maker, walk, position);
	pointer = maker_add_part(maker, walk, 0, CELL_POINTER, SHAPE_WORD);
	length = pointer < 0 ? pointer :
			       maker_add_part(maker, walk, SHAPE_WORD, CELL_INT, SHAPE_WORD);
	node = length < 0 ? length : maker_open(maker, SHAPE_SLICE, position);
	r = maker_set_cells(maker, node, pointer, length);
	return r < 0 ? r : add_elements(maker, walk, node, position, UINT64_MAX);
}

int value_add_counted(struct shape_maker *maker, const struct walk *walk, enum shape_kind kind,
		      int32_t offset, struct shape_position position)
{
	struct plan_place pointer = { 0 }, count = { .gate = PLAN_NO_GATE, .displacement = offset };
	int r = walk_word(walk, 0, &pointer, maker->err);
	int cell = r < 0 ? r : maker_add_cell(maker, pointer, CELL_POINTER, SHAPE_WORD);
	int node;

	r = cell < 0 ? cell : plan_follow(maker->builder, pointer, maker->err);
	if (r < 0)
		return r;
	count.source = r;
	node = maker_open(maker, kind, position);
	r = maker_set_cells(maker, node, cell, maker_add_cell(maker, count, CELL_INT, SHAPE_WORD));
	return r < 0 ? r : node;
}

static int add_map(struct shape_maker *maker, const struct walk *walk,
		   struct shape_position position)
{
	uint64_t count = position.depth == maker->bounds.depth ? 0 : maker->bounds.width;
	int node = value_add_counted(maker, walk, SHAPE_MAP, 0, position);
	int r = node;

	for (uint64_t i = 0; r >= 0 && i < count; i++) {
		struct walk key, element;

		r = walk_to_entry(walk, i, &key, &element, maker->err);
		if (r == 0)
			r = value_add(maker, &key,
				      (struct shape_position){ "", 0, position.depth + 1, 0,
							       position.enclosing });
		if (r == 0)
			r = value_add(maker, &element,
				      (struct shape_position){ "", 0, position.depth + 1, 0,
							       position.enclosing });
	}
	return r < 0 ? r : maker_close(maker, node);
}

/* ---- any value ---- */

/* There are no bytes to read. The pointer that leads to the value tells whether the value exists. */
static int add_empty(struct shape_maker *maker, const struct walk *walk,
		     struct shape_position position)
{
	const struct plan_builder *builder = maker->builder;

	if (walk->place.source == PLAN_REGISTERS)
		return maker_close(maker, maker_open(maker, SHAPE_STRUCT, position));
	return maker_set_cells(maker, maker_open(maker, SHAPE_EMPTY, position),
			       maker_add_cell(maker, builder->sources[walk->place.source].place,
					      CELL_POINTER, SHAPE_WORD),
			       0);
}

static bool is_opaque(const struct shape_maker *maker, const struct type *type)
{
	return type_name_is_opaque(type->name, maker->bounds.spec->opaque);
}

int value_add_kind(struct shape_maker *maker, const struct walk *walk,
		   struct shape_position position)
{
	const struct type *type = walk->type;
	struct cell cell;
	int r;

	maker->sources |= walk->sources;
	r = text_add(maker, walk, position);
	if (r != -ENOENT)
		return r;
	switch (type->kind) {
	case TYPE_STRUCT:
		if (type->field_count == 0)
			return add_empty(maker, walk, position);
		if (is_opaque(maker, type))
			return opaque_add(maker, walk, position);
		return add_struct(maker, walk, position);
	case TYPE_POINTER:
		if (type->element)
			return add_pointer(maker, walk, position);
		if (type->is_any_pointer && maker->gaps)
			maker->gaps->has_any_pointers = true;
		break;
	case TYPE_ARRAY:
		return add_array(maker, walk, position);
	case TYPE_SLICE:
		return is_opaque(maker, type) ? opaque_add(maker, walk, position) :
						add_slice(maker, walk, position);
	case TYPE_MAP:
		return add_map(maker, walk, position);
	case TYPE_INTERFACE:
		return held_add(maker, walk, position);
	case TYPE_COMPLEX:
		return add_complex(maker, walk, position);
	default:
		break;
	}
	r = shape_leaf(walk, &cell, maker->err);
	if (r < 0)
		return r;
	return add_leaf(maker, walk, cell,
			strcmp(type->name, "time.Duration") == 0 ? SHAPE_DURATION : SHAPE_CELL,
			position);
}

int value_add_null(struct shape_maker *maker, struct shape_position position)
{
	int node = maker_open(maker, SHAPE_NULL, position);

	return node < 0 ? node : 0;
}

/* A part that cannot be read becomes null, and the rest of the value is captured. */
int value_add(struct shape_maker *maker, const struct walk *walk, struct shape_position position)
{
	struct maker_mark before = maker_mark(maker);
	int r = types_complete(walk->scope->types, walk->type, maker->err);

	if (r == 0)
		r = value_add_kind(maker, walk, position);
	if (r != -ENODATA && r != -ENOTSUP)
		return r;
	maker_rewind(maker, before);
	return value_add_null(maker, position);
}
