/* SPDX-License-Identifier: MIT */
/* Values in interfaces, for the dynamic types that are possible. */
#include "shape_maker.h"

#include <errno.h>
#include <string.h>

#include "interface.h"

enum { MAX_CANDIDATES = 32 };

/* Errors of the standard library that consist of a text, and the field that contains it. */
static const struct {
	const char *type, *field;
} texts_of_errors[] = {
	{ "*errors.errorString", "s" },
	{ "*fmt.wrapError", "msg" },
	{ "*fmt.wrapErrors", "msg" },
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
	const struct type *types[MAX_CANDIDATES + LEARNED_TYPES_MAX];
	size_t certain; /* number of types that are never left out; they are the first ones */
	size_t count;
};

static bool is_candidate(const struct candidates *candidates, const struct type *type)
{
	for (size_t i = 0; i < candidates->count; i++) {
		if (strcmp(candidates->types[i]->name, type->name) == 0)
			return true;
	}
	return false;
}

static void add_candidate(struct candidates *candidates, const struct type *type)
{
	if (candidates->count < sizeof(candidates->types) / sizeof(candidates->types[0]) &&
	    !is_candidate(candidates, type))
		candidates->types[candidates->count++] = type;
}

static void add_named(struct types *types, const char *name, struct candidates *candidates)
{
	const struct type *type;

	if (types_named(types, name, &type, NULL) == 0)
		add_candidate(candidates, type);
}

/* Returns a number that identifies the interface type: FNV-1a of its name. */
static uint32_t interface_number(const struct type *interface)
{
	uint32_t hash = 2166136261u;

	for (const char *c = interface->name; *c; c++)
		hash = (hash ^ (uint8_t)*c) * 16777619u;
	return hash;
}

static void add_learned(struct types *types, const struct type *interface,
			const struct learned_types *learned, struct candidates *candidates)
{
	uint32_t number = interface_number(interface);

	for (size_t i = 0; learned && i < learned->count; i++) {
		const struct type *type;

		if (learned->items[i].interface == number &&
		    types_hashed(types, learned->items[i].hash, &type, NULL) == 0)
			add_candidate(candidates, type);
	}
}

/*
 * Finds the possible dynamic types of an interface: errors that consist of a text, learned types, and then those that
 * are possible, most likely ones first. The linker's tables list types
 * only for interfaces with methods; for others, a few basic types are assumed.
 */
static void find_candidates(struct types *types, const struct type *interface,
			    const struct learned_types *learned, struct candidates *candidates)
{
	static const char *const basic[] = { "string", "int", "float64", "bool", "int64" };
	const struct type *implementing[MAX_CANDIDATES];
	bool has_table = true;
	int count;

	candidates->count = 0;
	for (size_t i = 0; strcmp(interface->name, "error") == 0 && i < 3; i++)
		add_named(types, texts_of_errors[i].type, candidates);
	add_learned(types, interface, learned, candidates);
	candidates->certain = candidates->count;
	interface_has_table(types, interface, &has_table, NULL);
	for (size_t i = 0; !has_table && i < sizeof(basic) / sizeof(basic[0]); i++)
		add_named(types, basic[i], candidates);
	count = has_table ?
			types_implementing(types, interface, implementing, MAX_CANDIDATES, NULL) :
			0;
	for (int i = 0; i < count; i++)
		add_candidate(candidates, implementing[i]);
}

/* Adds the text of an error. The error is a pointer, which may be nil. */
static int add_error_text(struct shape_maker *maker, struct walk *held, const char *name,
			  struct shape_position position)
{
	int node = maker_open(maker, SHAPE_ERROR, position);
	int r = maker_set_cells(maker, node,
				maker_add_part(maker, held, 0, CELL_POINTER, SHAPE_WORD), 0);

	if (r == 0)
		r = walk_follow(held, maker->err);
	if (r == 0)
		r = types_complete(held->scope->types, held->type, maker->err);
	for (size_t i = 0; r == 0 && i < held->type->field_count; i++) {
		const struct field *field = &held->type->fields[i];

		if (strcmp(field->name, name) != 0)
			continue;
		r = walk_to_field(held, field, maker->err);
		position.name = "";
		if (r == 0)
			r = value_add(maker, held, position);
		return r < 0 ? r : maker_close(maker, node);
	}
	return r < 0 ? r :
		       error_fail(maker->err, -ENODATA, "a %s has no text form", held->type->name);
}

int held_hash(struct shape_maker *maker, const struct walk *interface, const struct type *type,
	      uint32_t *ret_hash)
{
	struct runtime_type runtime = { 0 };
	int r = types_runtime(interface->scope->types, type, &runtime, maker->err);

	if (r < 0)
		return r;
	if (type_names_are_ambiguous(maker->shape.type_names, runtime.hash))
		return error_fail(maker->err, -ENODATA, "other types have the same hash as %s",
				  type->name);
	*ret_hash = runtime.hash;
	return 0;
}

/* Adds the value for one dynamic type; -ENODATA if the binary has no such type. */
static int add_held(struct shape_maker *maker, const struct walk *interface,
		    const struct type *type, struct shape_position position)
{
	const char *text = text_of_error(type);
	struct walk held = *interface;
	int r = held_hash(maker, interface, type, &position.hash);

	if (r == 0)
		r = walk_to_held(&held, type, maker->err);
	if (r < 0)
		return r;
	position.name = type->name;
	return text ? add_error_text(maker, &held, text, position) :
		      value_add(maker, &held, position);
}

/*
 * Opens the node of an interface and adds its cells: the first word, the hash, and the second word, which
 * shows whether the value is nil.
 */
static int open_interface(struct shape_maker *maker, const struct walk *walk, enum shape_kind kind,
			  struct shape_position position)
{
	struct plan_place hash = { 0 };
	int cell = maker_add_part(maker, walk, 0, CELL_POINTER, SHAPE_WORD);
	int r = cell < 0 ? cell : walk_type_hash(walk, &hash, maker->err);
	int node = r < 0 ? r : maker_open(maker, kind, position);

	r = maker_set_cells(maker, node, cell,
			    node < 0 ? node : maker_add_cell(maker, hash, CELL_UINT, 4));
	if (r == 0 && kind == SHAPE_INTERFACE)
		r = maker_add_part(maker, walk, SHAPE_WORD, CELL_POINTER, SHAPE_WORD);
	if (r < 0)
		return r;
	maker_node(maker, node)->count = (uint64_t)r;
	maker_node(maker, node)->interface = interface_number(walk->type);
	if (!maker->shape.type_names)
		maker->shape.type_names = types_names(walk->scope->types);
	return node;
}

/* Adds one alternative. Returns 1 if it was added, 0 if it cannot be read or is null, or a negative errno. */
static int try_alternative(struct shape_maker *maker, const struct walk *walk,
			   const struct type *type, struct shape_position position,
			   held_alternative *add)
{
	struct maker_mark before = maker_mark(maker);
	int r = add(maker, walk, type,
		    (struct shape_position){ "", 0, position.depth, 0, position.enclosing });

	if (r == -E2BIG || r == -ENOMEM)
		return r;
	if (r < 0) {
		maker_rewind(maker, before);
		return 0;
	}
	return maker_node(maker, (int)before.node_count)->kind != SHAPE_NULL;
}

int held_add_alternatives(struct shape_maker *maker, const struct walk *walk, enum shape_kind kind,
			  struct shape_position position, held_alternative *add)
{
	int node = open_interface(maker, walk, kind, position), r;
	struct candidates candidates;
	int guessed = 0;

	if (node < 0)
		return node;
	find_candidates(walk->scope->types, walk->type, maker->bounds.learned, &candidates);
	for (size_t i = 0; i < candidates.count; i++) {
		bool is_certain = i < candidates.certain;

		if (!is_certain && guessed >= maker->bounds.types)
			break;
		r = try_alternative(maker, walk, candidates.types[i], position, add);
		if (r < 0)
			return r;
		guessed += is_certain ? 0 : r;
	}
	return maker_close(maker, node);
}

/* At the greatest depth: adds only values without parts, and errors that are shown as text. */
static int add_held_leaf(struct shape_maker *maker, const struct walk *interface,
			 const struct type *type, struct shape_position position)
{
	switch (type->kind) {
	case TYPE_BOOL:
	case TYPE_INT:
	case TYPE_UINT:
	case TYPE_FLOAT:
	case TYPE_STRING:
		return add_held(maker, interface, type, position);
	default:
		return text_of_error(type) ? add_held(maker, interface, type, position) : -ENOENT;
	}
}

int held_add(struct shape_maker *maker, const struct walk *walk, struct shape_position position)
{
	if (position.depth == maker->bounds.depth)
		return held_add_alternatives(maker, walk, SHAPE_INTERFACE, position, add_held_leaf);
	/* The value may be an interface again, or contain one. */
	position.depth++;
	return held_add_alternatives(maker, walk, SHAPE_INTERFACE, position, add_held);
}

int held_add_type_name(struct shape_maker *maker, const struct walk *walk,
		       struct shape_position position)
{
	int node = open_interface(maker, walk, SHAPE_TYPE_NAME, position);

	return node < 0 ? node : maker_close(maker, node);
}
