/* SPDX-License-Identifier: MIT */
#include "shape.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "interface.h"

enum {
	WORD = 8,
	MAX_FIELDS = 24,
	MAX_HELD = 5, /* types tried of what an interface may hold */
	MAX_POINTERS = 8, /* in a row */
	CHANNEL_CAPACITY = 8, /* runtime.hchan: qcount, dataqsiz */
};

struct maker {
	struct shape shape;
	struct shape_bounds bounds;
	struct plan_builder *builder;
	struct shape_gaps *gaps;
	struct error *err;
};

/* Where a value stands in the tree: what it is called, how deep it is, and within which struct. */
struct spot {
	const char *name;
	uint32_t hash;
	uint8_t depth, pointers;
	const struct enclosing *enclosing;
};

/* The structs a value is part of, the innermost first. */
struct enclosing {
	const struct type *type;
	const struct enclosing *outer;
};

static int add_value(struct maker *maker, const struct walk *walk, struct spot spot);

void shape_finish(struct shape *shape)
{
	free(shape->nodes);
	free(shape->names);
	*shape = (struct shape){0};
}

bool shape_key_is_secret(const char *key, size_t size)
{
	static const char *const secrets[] = {"authorization", "cookie", "set-cookie",
					      "proxy-authorization"};

	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		if (strlen(secrets[i]) == size && strncasecmp(secrets[i], key, size) == 0)
			return true;
	}
	return false;
}

const char *shape_name(const struct shape *shape, const struct shape_node *node)
{
	return shape->names + node->name;
}

static int no_memory(struct maker *maker)
{
	return error_fail(maker->err, -ENOMEM, "out of memory");
}

static int add_name(struct maker *maker, const char *name, uint16_t *ret_at)
{
	struct shape *shape = &maker->shape;
	size_t size = strlen(name) + 1;
	char *names = realloc(shape->names, shape->name_size + size);

	if (!names)
		return no_memory(maker);
	shape->names = names;
	if (shape->name_size + size > UINT16_MAX)
		return error_fail(maker->err, -E2BIG, "the names of what is captured are too long");
	memcpy(names + shape->name_size, name, size);
	*ret_at = shape->name_size;
	shape->name_size += size;
	return 0;
}

/* Begins a node and returns its number. */
static int open_node(struct maker *maker, enum shape_kind kind, struct spot spot)
{
	struct shape *shape = &maker->shape;
	struct shape_node *nodes;
	uint16_t name = 0;
	int r = add_name(maker, spot.name, &name);

	if (r < 0)
		return r;
	nodes = realloc(shape->nodes, (shape->node_count + 1) * sizeof(*nodes));
	if (!nodes)
		return no_memory(maker);
	shape->nodes = nodes;
	nodes[shape->node_count] =
		(struct shape_node){.kind = kind, .size = 1, .name = name, .hash = spot.hash};
	return shape->node_count++;
}

static struct shape_node *node_at(struct maker *maker, int number)
{
	return &maker->shape.nodes[number];
}

static int close_node(struct maker *maker, int number)
{
	node_at(maker, number)->size = maker->shape.node_count - number;
	return 0;
}

/* Forgets what was added from a node on. */
static void drop_nodes(struct maker *maker, size_t number)
{
	maker->shape.node_count = number;
}

static int add_cell(struct maker *maker, struct plan_place place, enum cell_kind kind, uint8_t size)
{
	return plan_add(maker->builder, place, (struct cell){kind, size}, 0, maker->err);
}

/* A cell of a part of the value. */
static int add_part(struct maker *maker, const struct walk *walk, uint64_t offset, enum cell_kind kind,
		    uint8_t size)
{
	struct plan_place place = {0};
	int r = walk_word(walk, offset, &place, maker->err);

	return r < 0 ? r : add_cell(maker, place, kind, size);
}

/* Sets the cells of a node; each may be the error that there is none. */
static int set_cells(struct maker *maker, int number, int cell, int second)
{
	if (number < 0 || cell < 0)
		return number < 0 ? number : cell;
	if (second < 0)
		return second;
	node_at(maker, number)->cell = cell;
	node_at(maker, number)->second = second;
	return close_node(maker, number);
}

/* ---- values without parts ---- */

static bool cell_of(const struct type *type, struct cell *ret_cell)
{
	*ret_cell = (struct cell){.size = type->size};
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
		return type->size == WORD;
	case TYPE_STRING:
		ret_cell->kind = CELL_STRING;
		return type->size == 2 * WORD;
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

static int add_leaf(struct maker *maker, const struct walk *walk, struct cell cell,
		    enum shape_kind kind, struct spot spot)
{
	struct plan_place place = {0};
	int r = walk_place(walk, &place, maker->err);

	if (r < 0)
		return r;
	return set_cells(maker, open_node(maker, kind, spot),
			 add_cell(maker, place, cell.kind, cell.size), 0);
}

static int add_complex(struct maker *maker, const struct walk *walk, struct spot spot)
{
	uint8_t half = walk->type->size / 2;
	int real, imaginary;

	if (walk->type->size != 8 && walk->type->size != 16)
		return error_fail(maker->err, -ENOTSUP, "a %s has no size a complex number has",
				  walk->type->name);
	real = add_part(maker, walk, 0, CELL_FLOAT, half);
	imaginary = real < 0 ? real : add_part(maker, walk, half, CELL_FLOAT, half);
	if (imaginary < 0)
		return imaginary;
	return set_cells(maker, open_node(maker, SHAPE_COMPLEX, spot), real, imaginary);
}

/* time.Time{wall uint64, ext int64, loc *Location} in all releases. */
static int add_time(struct maker *maker, const struct walk *walk, struct spot spot)
{
	int wall = add_part(maker, walk, 0, CELL_UINT, WORD);
	int ext = wall < 0 ? wall : add_part(maker, walk, WORD, CELL_INT, WORD);

	if (ext < 0)
		return ext;
	return set_cells(maker, open_node(maker, SHAPE_TIME, spot), wall, ext);
}

/* ---- values with parts ---- */

/* The nodes of a list or tree are the first that a plan has no room for. */
static bool is_too_recursive(const struct maker *maker, const struct type *type,
			     const struct enclosing *enclosing)
{
	uint8_t count = 0;

	for (; enclosing; enclosing = enclosing->outer)
		count += strcmp(enclosing->type->name, type->name) == 0;
	return count > maker->bounds.recursion;
}

static int add_struct(struct maker *maker, const struct walk *walk, struct spot spot)
{
	bool deepest = spot.depth == maker->bounds.depth || is_too_recursive(maker, walk->type, spot.enclosing);
	const struct enclosing enclosing = {walk->type, spot.enclosing};
	struct spot within = {.depth = spot.depth + 1, .enclosing = &enclosing};
	int node = open_node(maker, SHAPE_STRUCT, spot);
	size_t added = 0;
	int r = 0;

	if (node < 0)
		return node;
	for (size_t i = 0; r == 0 && i < walk->type->field_count; i++) {
		const struct field *field = &walk->type->fields[i];
		struct walk part = *walk;

		if (strcmp(field->name, "_") == 0)
			continue;
		if (deepest || added == MAX_FIELDS) {
			node_at(maker, node)->cut = true;
			break;
		}
		within.name = field->name;
		r = walk_to_field(&part, field, maker->err);
		if (r == 0)
			r = add_value(maker, &part, within);
		added++;
	}
	return r < 0 ? r : close_node(maker, node);
}

static int add_pointer(struct maker *maker, const struct walk *walk, struct spot spot)
{
	int cell = add_part(maker, walk, 0, CELL_POINTER, WORD);
	int node = cell < 0 ? cell : open_node(maker, SHAPE_POINTER, spot);
	struct walk target = *walk;
	int r;

	if (node < 0)
		return node;
	node_at(maker, node)->cell = cell;
	if (spot.pointers == MAX_POINTERS) {
		node_at(maker, node)->cut = true;
		return 0;
	}
	r = walk_follow(&target, maker->err);
	if (r == 0)
		r = add_value(maker, &target,
			      (struct spot){"", 0, spot.depth, spot.pointers + 1, spot.enclosing});
	return r < 0 ? r : close_node(maker, node);
}

static int add_elements(struct maker *maker, const struct walk *walk, int node, struct spot spot,
			uint64_t most)
{
	uint64_t count = most < maker->bounds.width ? most : maker->bounds.width;
	int r = 0;

	if (spot.depth == maker->bounds.depth)
		count = 0;
	for (uint64_t i = 0; r == 0 && i < count; i++) {
		struct walk element = *walk;

		r = walk_to_element(&element, i, maker->err);
		if (r == 0)
			r = add_value(maker, &element, (struct spot){"", 0, spot.depth + 1, 0, spot.enclosing});
	}
	return r < 0 ? r : close_node(maker, node);
}

static int add_array(struct maker *maker, const struct walk *walk, struct spot spot)
{
	int node = open_node(maker, SHAPE_ARRAY, spot);

	if (node < 0)
		return node;
	node_at(maker, node)->count = walk->type->length;
	return add_elements(maker, walk, node, spot, walk->type->length);
}

static bool is_bytes(const struct type *type)
{
	return type->element && type->element->kind == TYPE_UINT && type->element->size == 1;
}

static int add_bytes(struct maker *maker, const struct walk *walk, struct spot spot)
{
	struct plan_place place = {0};
	int pointer = add_part(maker, walk, 0, CELL_POINTER, WORD);
	int r = pointer < 0 ? pointer : walk_place(walk, &place, maker->err);
	int string = r < 0 ? r : add_cell(maker, place, CELL_STRING, 2 * WORD);

	return set_cells(maker, string < 0 ? string : open_node(maker, SHAPE_BYTES, spot), pointer, string);
}

static int add_slice(struct maker *maker, const struct walk *walk, struct spot spot)
{
	int pointer, length, node, r;

	if (is_bytes(walk->type))
		return add_bytes(maker, walk, spot);
	pointer = add_part(maker, walk, 0, CELL_POINTER, WORD);
	length = pointer < 0 ? pointer : add_part(maker, walk, WORD, CELL_INT, WORD);
	node = length < 0 ? length : open_node(maker, SHAPE_SLICE, spot);
	r = set_cells(maker, node, pointer, length);
	return r < 0 ? r : add_elements(maker, walk, node, spot, UINT64_MAX);
}

/* Two cells: a pointer, and the word `offset` bytes into what it leads to. */
static int add_counted(struct maker *maker, const struct walk *walk, enum shape_kind kind, int32_t offset,
		       struct spot spot)
{
	struct plan_place pointer = {0}, count = {.gate = PLAN_NO_GATE, .displacement = offset};
	int r = walk_word(walk, 0, &pointer, maker->err);
	int cell = r < 0 ? r : add_cell(maker, pointer, CELL_POINTER, WORD);
	int node;

	r = cell < 0 ? cell : plan_follow(maker->builder, pointer, maker->err);
	if (r < 0)
		return r;
	count.source = r;
	node = open_node(maker, kind, spot);
	r = set_cells(maker, node, cell, add_cell(maker, count, CELL_INT, WORD));
	return r < 0 ? r : node;
}

static int add_map(struct maker *maker, const struct walk *walk, struct spot spot)
{
	uint64_t count = spot.depth == maker->bounds.depth ? 0 : maker->bounds.width;
	int node = add_counted(maker, walk, SHAPE_MAP, 0, spot);
	int r = node;

	for (uint64_t i = 0; r >= 0 && i < count; i++) {
		struct walk key, element;

		r = walk_to_entry(walk, i, &key, &element, maker->err);
		if (r == 0)
			r = add_value(maker, &key, (struct spot){"", 0, spot.depth + 1, 0, spot.enclosing});
		if (r == 0)
			r = add_value(maker, &element, (struct spot){"", 0, spot.depth + 1, 0, spot.enclosing});
	}
	return r < 0 ? r : close_node(maker, node);
}

/* ---- what interfaces hold ---- */

/* The errors that the standard library makes of a text, and the field that has it. */
static const struct {
	const char *type, *field;
} texts_of_errors[] = {
	{"*errors.errorString", "s"},
	{"*fmt.wrapError", "msg"},
	{"*fmt.wrapErrors", "msg"},
};

static const char *text_of_error(const struct type *type)
{
	for (size_t i = 0; i < sizeof(texts_of_errors) / sizeof(texts_of_errors[0]); i++) {
		if (strcmp(texts_of_errors[i].type, type->name) == 0)
			return texts_of_errors[i].field;
	}
	return NULL;
}

struct candidates {
	const struct type *types[16];
	size_t count;
};

static void add_candidate(struct types *types, const char *name, struct candidates *candidates)
{
	const struct type *type;

	if (types_named(types, name, &type, NULL) == 0)
		candidates->types[candidates->count++] = type;
}

static bool is_candidate(const struct candidates *candidates, const struct type *type)
{
	for (size_t i = 0; i < candidates->count; i++) {
		if (candidates->types[i] == type)
			return true;
	}
	return false;
}

/* What an interface may hold, the likeliest first: an `any` has no types of its own. */
static void find_candidates(struct types *types, const struct type *interface,
			    struct candidates *candidates)
{
	static const char *const basic[] = {"string", "int", "float64", "bool", "int64"};
	const struct type *implementing[8];
	bool has_table = true;
	int count;

	candidates->count = 0;
	interface_has_table(types, interface, &has_table, NULL);
	for (size_t i = 0; !has_table && i < sizeof(basic) / sizeof(basic[0]); i++)
		add_candidate(types, basic[i], candidates);
	for (size_t i = 0; strcmp(interface->name, "error") == 0 && i < 3; i++)
		add_candidate(types, texts_of_errors[i].type, candidates);
	count = has_table ? types_implementing(types, interface, implementing, 8, NULL) : 0;
	for (int i = 0; i < count; i++) {
		if (!is_candidate(candidates, implementing[i]))
			candidates->types[candidates->count++] = implementing[i];
	}
}

static int add_error_text(struct maker *maker, struct walk *held, const char *name, struct spot spot)
{
	const struct type *type;
	int r = walk_follow(held, maker->err);

	if (r == 0)
		r = types_complete(held->scope->types, held->type, maker->err);
	if (r < 0)
		return r;
	type = held->type;
	for (size_t i = 0; i < type->field_count; i++) {
		if (strcmp(type->fields[i].name, name) != 0)
			continue;
		r = walk_to_field(held, &type->fields[i], maker->err);
		return r < 0 ? r : add_value(maker, held, spot);
	}
	return error_fail(maker->err, -ENODATA, "a %s has no text", type->name);
}

/* A value as it would be if the interface held that type; -ENODATA when the binary has no such type. */
static int add_held(struct maker *maker, const struct walk *interface, const struct type *type,
		    struct spot spot)
{
	const char *text = strcmp(interface->type->name, "error") == 0 ? text_of_error(type) : NULL;
	struct walk held = *interface;
	int r = types_runtime_hash(interface->scope->types, type, &spot.hash, maker->err);

	if (r == 0)
		r = walk_to_held(&held, type, maker->err);
	if (r < 0)
		return r;
	spot.name = type->name;
	return text ? add_error_text(maker, &held, text, spot) : add_value(maker, &held, spot);
}

/* The interface's own two cells. */
static int open_interface(struct maker *maker, const struct walk *walk, enum shape_kind kind,
			  struct spot spot)
{
	struct plan_place hash = {0};
	int cell = add_part(maker, walk, 0, CELL_POINTER, WORD);
	int r = cell < 0 ? cell : walk_type_hash(walk, &hash, maker->err);
	int node = r < 0 ? r : open_node(maker, kind, spot);

	r = set_cells(maker, node, cell, node < 0 ? node : add_cell(maker, hash, CELL_UINT, 4));
	return r < 0 ? r : node;
}

/* Runs for each type an interface may hold; what a type does not allow is left out. */
typedef int add_alternative(struct maker *maker, const struct walk *interface, const struct type *type,
			    struct spot spot);

static int add_alternatives(struct maker *maker, const struct walk *walk, enum shape_kind kind,
			    struct spot spot, add_alternative *add)
{
	int node = open_interface(maker, walk, kind, spot), r;
	struct candidates candidates;
	size_t added = 0;

	if (node < 0)
		return node;
	find_candidates(walk->scope->types, walk->type, &candidates);
	for (size_t i = 0; i < candidates.count && added < MAX_HELD; i++) {
		struct plan_builder before = *maker->builder;
		size_t count = maker->shape.node_count;

		r = add(maker, walk, candidates.types[i],
			(struct spot){"", 0, spot.depth, spot.pointers, spot.enclosing});
		if (r == -E2BIG || r == -ENOMEM)
			return r;
		added += r == 0;
		if (r < 0) {
			*maker->builder = before;
			drop_nodes(maker, count);
		}
	}
	return close_node(maker, node);
}

static int add_interface(struct maker *maker, const struct walk *walk, struct spot spot)
{
	/* What it holds may be an interface again, or hold one. */
	if (spot.depth == maker->bounds.depth) {
		int node = open_interface(maker, walk, SHAPE_INTERFACE, spot);

		return node < 0 ? node : close_node(maker, node);
	}
	spot.depth++;
	return add_alternatives(maker, walk, SHAPE_INTERFACE, spot, add_held);
}

/* ---- any value ---- */

/* There are no bytes to read: what tells that it is there is that the way to it was. */
static int add_empty(struct maker *maker, const struct walk *walk, struct spot spot)
{
	const struct plan_builder *builder = maker->builder;

	if (walk->place.source == PLAN_REGISTERS)
		return close_node(maker, open_node(maker, SHAPE_STRUCT, spot));
	return set_cells(maker, open_node(maker, SHAPE_EMPTY, spot),
			 add_cell(maker, builder->sources[walk->place.source].place, CELL_POINTER, WORD), 0);
}

static int add_kind(struct maker *maker, const struct walk *walk, struct spot spot)
{
	const struct type *type = walk->type;
	struct cell cell;
	int r;

	switch (type->kind) {
	case TYPE_STRUCT:
		if (type->field_count == 0)
			return add_empty(maker, walk, spot);
		if (strcmp(type->name, "time.Time") == 0)
			return add_time(maker, walk, spot);
		return add_struct(maker, walk, spot);
	case TYPE_POINTER:
		if (type->element)
			return add_pointer(maker, walk, spot);
		break;
	case TYPE_ARRAY:
		return add_array(maker, walk, spot);
	case TYPE_SLICE:
		return add_slice(maker, walk, spot);
	case TYPE_MAP:
		return add_map(maker, walk, spot);
	case TYPE_INTERFACE:
		return add_interface(maker, walk, spot);
	case TYPE_COMPLEX:
		return add_complex(maker, walk, spot);
	default:
		break;
	}
	r = shape_leaf(walk, &cell, maker->err);
	if (r < 0)
		return r;
	return add_leaf(maker, walk, cell,
			strcmp(type->name, "time.Duration") == 0 ? SHAPE_DURATION : SHAPE_CELL, spot);
}

static int add_null(struct maker *maker, struct spot spot)
{
	int node = open_node(maker, SHAPE_NULL, spot);

	return node < 0 ? node : 0;
}

/* A part that cannot be read does not spoil the rest. */
static int add_value(struct maker *maker, const struct walk *walk, struct spot spot)
{
	struct plan_builder before = *maker->builder;
	size_t count = maker->shape.node_count;
	int r = types_complete(walk->scope->types, walk->type, maker->err);

	if (r == 0)
		r = add_kind(maker, walk, spot);
	if (r != -ENODATA && r != -ENOTSUP)
		return r;
	*maker->builder = before;
	drop_nodes(maker, count);
	return add_null(maker, spot);
}

/* ---- captures ---- */

static int add_measure(struct maker *maker, const struct walk *walk, struct spot spot)
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
		return set_cells(maker, open_node(maker, SHAPE_CELL, spot),
				 add_part(maker, &at, capacity ? 2 * WORD : WORD, CELL_INT, WORD), 0);
	if (at.type->kind == TYPE_ARRAY) {
		node = open_node(maker, SHAPE_NUMBER, spot);
		if (node >= 0)
			node_at(maker, node)->count = at.type->length;
		return node < 0 ? node : 0;
	}
	if (at.type->kind != TYPE_CHAN && (at.type->kind != TYPE_MAP || capacity))
		return walk_fail(walk, maker->err, -EINVAL,
				 capacity ? "that has no capacity" : "that has no length");
	node = add_counted(maker, &at, SHAPE_LENGTH, capacity ? CHANNEL_CAPACITY : 0, spot);
	return node < 0 ? node : 0;
}

static int take_steps(struct maker *maker, struct walk *walk, struct spot spot);

/* The rest of the expression, if the interface held that type and the type has such a field. */
static int take_steps_of_held(struct maker *maker, const struct walk *interface, const struct type *type,
			      struct spot spot)
{
	struct walk held = *interface;
	int r = types_runtime_hash(interface->scope->types, type, &spot.hash, maker->err);

	if (r == 0)
		r = walk_to_held(&held, type, maker->err);
	if (r < 0)
		return r;
	if (!walk_has_field(&held, held.expression->steps[held.step + 1].name))
		return -ENOENT;
	spot.name = type->name;
	return take_steps(maker, &held, spot);
}

static bool needs_held(const struct walk *walk)
{
	const struct expression_step *next = &walk->expression->steps[walk->step + 1];

	return walk->type->kind == TYPE_INTERFACE && next->kind == STEP_NAME &&
	       !interface_word(next->name);
}

/* Pointers are followed on the way, also to interfaces, which Go itself does not do. */
static int follow_to_interface(const struct maker *maker, struct walk *walk)
{
	const struct type *type = walk->type;

	if (type->kind != TYPE_POINTER || types_complete(walk->scope->types, type, NULL) < 0 ||
	    !type->element || type->element->kind != TYPE_INTERFACE)
		return 0;
	return walk_follow(walk, maker->err);
}

static int fail_held(const struct walk *walk, struct error *err)
{
	return expression_fail(err, -ENOENT, walk->expression,
			       walk->expression->steps[walk->step + 1].at,
			       "a %s is an interface, and what it holds with such a field is not known: say it, .(*T).field",
			       walk->type->name);
}

static int choose_held(struct maker *maker, const struct walk *walk, struct spot spot)
{
	size_t node = maker->shape.node_count;
	int r = add_alternatives(maker, walk, SHAPE_CHOICE, spot, take_steps_of_held);

	if (r == 0 && maker->shape.nodes[node].size == 1)
		return fail_held(walk, maker->err);
	return r;
}

static int take_steps(struct maker *maker, struct walk *walk, struct spot spot)
{
	while (walk->step + 1 < walk->expression->step_count) {
		int r = follow_to_interface(maker, walk);

		if (r == 0 && needs_held(walk))
			return choose_held(maker, walk, spot);
		if (r == 0)
			r = walk_take_step(walk, maker->err);
		if (r < 0)
			return r;
	}
	if (walk->expression->measure)
		return add_measure(maker, walk, spot);
	return types_complete(walk->scope->types, walk->type, maker->err) < 0
		       ? -ENODATA
		       : add_kind(maker, walk, spot);
}

static void note_gap(struct maker *maker, const char *name)
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

/* Whether the expression leads to what is kept under a name that stands for a secret. */
static bool is_secret(const struct expression *expression)
{
	for (size_t i = 1; i < expression->step_count; i++) {
		const struct expression_step *step = &expression->steps[i];

		if (step->kind == STEP_KEY && shape_key_is_secret(step->key, step->key_size))
			return true;
	}
	return false;
}

static int add_secret(struct maker *maker, struct walk *walk, struct spot spot)
{
	int node = open_node(maker, SHAPE_SECRET, spot);
	int r = node < 0 ? node : take_steps(maker, walk, spot);

	return r < 0 ? r : close_node(maker, node);
}

static bool is_gap(const struct maker *maker, int result)
{
	return result == -ENODATA || result == -ENOTSUP || (maker->bounds.lenient && result == -ENOENT);
}

static int add_capture(struct maker *maker, const struct scope *scope, const struct expression *expression,
		       const char *name)
{
	struct plan_builder before = *maker->builder;
	size_t count = maker->shape.node_count;
	struct spot spot = {.name = name};
	struct walk walk;
	int r = walk_begin(&walk, scope, expression, maker->builder, maker->err);

	if (r == 0)
		r = (is_secret(expression) && !maker->bounds.shows_secrets ? add_secret : take_steps)(maker, &walk, spot);
	if (!is_gap(maker, r))
		return r;
	note_gap(maker, name);
	*maker->builder = before;
	drop_nodes(maker, count);
	return add_null(maker, spot);
}

static int add_text(struct maker *maker, const struct scope *scope, const char *text, const char *name)
{
	struct expression expression;
	int r = expression_parse(text, &expression, maker->err);

	return r < 0 ? r : add_capture(maker, scope, &expression, name ? name : expression.name);
}

static int add_results(struct maker *maker, const struct scope *scope)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < scope->signature->result_count; i++) {
		char name[32];

		snprintf(name, sizeof(name), "ret%zu", i);
		r = add_text(maker, scope, name, NULL);
	}
	return r;
}

static int add_all(struct maker *maker, const struct scope *scope)
{
	int r = 0;

	if (scope->site->kind == SITE_RETURN)
		return add_results(maker, scope);

	for (size_t i = 0; r == 0 && i < scope->signature->parameter_count; i++) {
		const char *name = scope->signature->parameters[i].name;

		/* Those without a name, and those the compiler made, are nobody's. */
		if (name[0] && name[0] != '.' && name[0] != '~' && strcmp(name, "_") != 0)
			r = add_text(maker, scope, name, NULL);
	}
	return r;
}

int shape_create(const struct scope *scope, const struct shape_wish *wishes, size_t count,
		 struct shape_bounds bounds, struct plan_builder *builder, struct shape *ret_shape,
		 struct shape_gaps *gaps, struct error *err)
{
	struct maker maker = {.shape = {.shows_secrets = bounds.shows_secrets}, .bounds = bounds, .builder = builder, .gaps = gaps, .err = err};
	int root = open_node(&maker, SHAPE_STRUCT, (struct spot){.name = ""});
	int r = root < 0 ? root : 0;

	if (gaps)
		gaps->count = 0;
	for (size_t i = 0; r == 0 && i < count; i++)
		r = add_text(&maker, scope, wishes[i].expression, wishes[i].name);
	if (r == 0 && !wishes)
		r = add_all(&maker, scope);
	if (r < 0) {
		shape_finish(&maker.shape);
		return r;
	}
	close_node(&maker, root);
	*ret_shape = maker.shape;
	return 0;
}
