/* SPDX-License-Identifier: MIT */
/* What interfaces hold, by the types that they may. */
#include "shape_maker.h"

#include <errno.h>
#include <string.h>

#include "interface.h"

enum { MAX_HELD = 5 }; /* types tried of what an interface may hold */

/* The errors that the standard library makes of a text, and the field that has it. */
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
		if (strcmp(candidates->types[i]->name, type->name) == 0)
			return true;
	}
	return false;
}

/* What an interface may hold, the likeliest first: an `any` has no types of its own. */
static void find_candidates(struct types *types, const struct type *interface,
			    struct candidates *candidates)
{
	static const char *const basic[] = { "string", "int", "float64", "bool", "int64" };
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

static int add_error_text(struct shape_maker *maker, struct walk *held, const char *name,
			  struct shape_spot spot)
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
		return r < 0 ? r : value_add(maker, held, spot);
	}
	return error_fail(maker->err, -ENODATA, "a %s has no text", type->name);
}

/* A value as it would be if the interface held that type; -ENODATA when the binary has no such type. */
static int add_held(struct shape_maker *maker, const struct walk *interface,
		    const struct type *type, struct shape_spot spot)
{
	const char *text = strcmp(interface->type->name, "error") == 0 ? text_of_error(type) : NULL;
	struct walk held = *interface;
	struct runtime_type runtime = { 0 };
	int r = types_runtime(interface->scope->types, type, &runtime, maker->err);

	if (r == 0)
		r = walk_to_held(&held, type, maker->err);
	if (r < 0)
		return r;
	spot.name = type->name;
	spot.hash = runtime.hash;
	return text ? add_error_text(maker, &held, text, spot) : value_add(maker, &held, spot);
}

/* The interface's own two cells. */
static int open_interface(struct shape_maker *maker, const struct walk *walk, enum shape_kind kind,
			  struct shape_spot spot)
{
	struct plan_place hash = { 0 };
	int cell = maker_add_part(maker, walk, 0, CELL_POINTER, SHAPE_WORD);
	int r = cell < 0 ? cell : walk_type_hash(walk, &hash, maker->err);
	int node = r < 0 ? r : maker_open(maker, kind, spot);

	r = maker_set_cells(maker, node, cell,
			    node < 0 ? node : maker_add_cell(maker, hash, CELL_UINT, 4));
	return r < 0 ? r : node;
}

int held_add_alternatives(struct shape_maker *maker, const struct walk *walk, enum shape_kind kind,
			  struct shape_spot spot, held_alternative *add)
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
			(struct shape_spot){ "", 0, spot.depth, 0, spot.enclosing });
		if (r == -E2BIG || r == -ENOMEM)
			return r;
		added += r == 0;
		if (r < 0) {
			*maker->builder = before;
			maker_drop(maker, count);
		}
	}
	return maker_close(maker, node);
}

int held_add(struct shape_maker *maker, const struct walk *walk, struct shape_spot spot)
{
	/* What it holds may be an interface again, or hold one. */
	if (spot.depth == maker->bounds.depth) {
		int node = open_interface(maker, walk, SHAPE_INTERFACE, spot);

		return node < 0 ? node : maker_close(maker, node);
	}
	spot.depth++;
	return held_add_alternatives(maker, walk, SHAPE_INTERFACE, spot, add_held);
}
