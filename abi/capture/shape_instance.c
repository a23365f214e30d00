/* SPDX-License-Identifier: MIT */
/*
 * Values in code that several instances of a generic function share. The dictionary of the running instance
 * tells the types of the values.
 */
#include "shape_maker.h"

#include <errno.h>
#include <string.h>

#include "instance.h"

enum { MAX_INSTANCES = 64 };

/* The types of a value in the instances, and their hashes, which distinguish them at a hit. */
struct alternatives {
	const struct type *types[MAX_INSTANCES];
	uint32_t hashes[MAX_INSTANCES];
	size_t count;
	bool is_partial; /* the value may have other types */
};

/* Removes types with equal hashes, which cannot be distinguished. */
static void drop_ambiguous(struct alternatives *all)
{
	struct alternatives kept = { .is_partial = all->is_partial };

	for (size_t i = 0; i < all->count; i++) {
		size_t same = 0;

		for (size_t j = 0; j < all->count; j++)
			same += all->hashes[j] == all->hashes[i];
		if (same > 1) {
			kept.is_partial = true;
			continue;
		}
		kept.types[kept.count] = all->types[i];
		kept.hashes[kept.count++] = all->hashes[i];
	}
	*all = kept;
}

static void find_alternatives(const struct walk *walk, struct alternatives *all)
{
	struct types *types = walk->scope->types;
	const struct type *found[MAX_INSTANCES];
	int count = instance_types(types, walk->scope->signature, walk->parameter, found,
				   MAX_INSTANCES, NULL);

	*all = (struct alternatives){ .is_partial = count == MAX_INSTANCES };
	for (int i = 0; i < count; i++) {
		struct runtime_type runtime = { 0 };

		if (types_runtime(types, found[i], &runtime, NULL) < 0) {
			all->is_partial = true;
			continue;
		}
		all->types[all->count] = found[i];
		all->hashes[all->count++] = runtime.hash;
	}
	drop_ambiguous(all);
}

/*
 * Returns whether the shape has the name of the type: "[]go.shape.int" (up to Go 1.19 "[]go.shape.int_0") for
 * "[]int".
 */
static bool is_same_type(const struct type *shape, const struct type *type)
{
	static const char mark[] = "go.shape.";
	const char *at = strstr(shape->name, mark), *rest, *end;
	size_t before = at ? (size_t)(at - shape->name) : 0, size;

	if (!at)
		return strcmp(shape->name, type->name) == 0;
	rest = at + sizeof(mark) - 1;
	end = rest + strlen(rest);
	while (end > rest && end[-1] >= '0' && end[-1] <= '9')
		end--;
	if (end == rest || end[-1] != '_')
		end = rest + strlen(rest);
	else
		end--;
	size = (size_t)(end - rest);
	return !shape->is_any_pointer && strncmp(type->name, shape->name, before) == 0 &&
	       strncmp(type->name + before, rest, size) == 0 && !type->name[before + size];
}

/* Returns whether the only possible type is that of the shape, so that no alternatives are needed. */
static bool is_told_by_shape(const struct walk *walk, const struct alternatives *all)
{
	return all->count == 1 && !all->is_partial && is_same_type(walk->type, all->types[0]);
}

/*
 * Adds the value with its type in one instance; null if that type has no such field, or it cannot be read.
 * `hash`: NULL if all alternatives are read.
 */
static int add_alternative(struct shape_maker *maker, const struct walk *walk,
			   const struct plan_place *hash, const struct alternatives *all,
			   size_t number, struct shape_position position, instance_rest *rest)
{
	struct maker_mark before = maker_mark(maker);
	struct walk instance = *walk;
	bool hides = maker->hides;
	int r = 0;

	if (hash)
		r = plan_require(maker->builder, *hash, PLAN_EQUAL, sizeof(all->hashes[number]),
				 all->hashes[number], maker->err);
	if (r < 0)
		return r;
	instance.type = all->types[number];
	if (hash)
		instance.place.gate = (int16_t)r;
	instance.sources |= type_source_bit(instance.type->source);
	position.name = instance.type->name;
	position.hash = all->hashes[number];
	r = rest(maker, &instance, position);
	maker->hides = hides;
	if (r != -ENODATA && r != -ENOTSUP && r != -ENOENT && r != -EINVAL)
		return r;
	maker_rewind(maker, before);
	return value_add_null(maker, position);
}

/* Adds what is shown if no alternative applies: the value with the type of the shape. */
static int add_unknown(struct shape_maker *maker, const struct walk *walk, bool is_partial,
		       struct shape_position position, instance_rest *rest)
{
	struct maker_mark before = maker_mark(maker);
	struct walk unknown = *walk;
	bool hides = maker->hides;
	int r = -ENODATA;

	position.name = "";
	if (is_partial)
		r = rest(maker, &unknown, position);
	maker->hides = hides;
	if (r == 0 || r == -E2BIG || r == -ENOMEM)
		return r;
	maker_rewind(maker, before);
	return value_add_null(maker, position);
}

/* Returns whether an alternative is not null. */
static bool has_value(const struct shape_maker *maker, int node)
{
	const struct shape_node *nodes = maker->shape.nodes;
	size_t end = (size_t)node + nodes[node].size;

	for (size_t i = (size_t)node + 1; i < end; i += nodes[i].size) {
		if (nodes[i].kind != SHAPE_NULL)
			return true;
	}
	return false;
}

static int open_instance(struct shape_maker *maker, const struct walk *walk,
			 struct shape_position position, struct plan_place *ret_hash)
{
	struct plan_place dictionary = { 0 };
	int r = walk_to_dictionary(walk, &dictionary, ret_hash, maker->err);
	int cell = r < 0 ? r : maker_add_cell(maker, dictionary, CELL_POINTER, SHAPE_WORD);
	int hash = cell < 0 ? cell : maker_add_cell(maker, *ret_hash, CELL_UINT, 4);
	int node = hash < 0 ? hash : maker_open(maker, SHAPE_INSTANCE, position);

	r = maker_set_cells(maker, node, cell, hash);
	return r < 0 ? r : node;
}

/*
 * At the return, the dictionary is not available. All alternatives are read then, and the record of the
 * function's begin says which of them applies.
 */
static bool is_returned(const struct walk *walk)
{
	return walk->scope->site->kind == SITE_RETURN;
}

static int open_result(struct shape_maker *maker, const struct walk *walk,
		       struct shape_position position)
{
	size_t number = (size_t)(walk->parameter - walk->scope->signature->results);
	int node = number < SHAPE_MAX_RESULTS ? maker_open(maker, SHAPE_INSTANCE, position) :
						-ENOENT;

	if (node < 0)
		return node;
	maker_node(maker, node)->cell = (uint8_t)maker->builder->capture_count;
	maker_node(maker, node)->count = number + 1;
	return node;
}

static int fail_instances(const struct walk *walk, struct error *err)
{
	const struct expression *expression = walk->expression;
	size_t last = expression->step_count - 1;

	return expression_fail(err, -ENODATA, expression, expression->steps[last].at,
			       "no instance of the function has such a value");
}

static int add_choice(struct shape_maker *maker, const struct walk *walk,
		      const struct alternatives *all, struct shape_position position,
		      instance_rest *rest)
{
	size_t count = all->count < maker->bounds.types ? all->count : maker->bounds.types;
	struct shape_position within = { .depth = position.depth, .enclosing = position.enclosing };
	bool is_result = is_returned(walk);
	struct plan_place hash = { 0 };
	int node = is_result ? open_result(maker, walk, position) :
			       open_instance(maker, walk, position, &hash);
	int r = node < 0 ? node : 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		r = add_alternative(maker, walk, is_result ? NULL : &hash, all, i, within, rest);
	if (r == 0)
		r = add_unknown(maker, walk, all->is_partial || count < all->count, within, rest);
	if (r == 0)
		r = maker_close(maker, node);
	return r < 0 ? r : has_value(maker, node) ? 0 : fail_instances(walk, maker->err);
}

int instance_add(struct shape_maker *maker, struct walk *walk, struct shape_position position,
		 instance_rest *rest)
{
	struct maker_mark before = maker_mark(maker);
	struct alternatives all = { .count = 0 };
	int r;

	if (walk->parameter && walk->parameter->dictionary_word)
		find_alternatives(walk, &all);
	if (all.count == 0 || is_told_by_shape(walk, &all))
		return rest(maker, walk, position);
	r = add_choice(maker, walk, &all, position, rest);
	/* The instance cannot be determined, for example because no parameter is a dictionary. */
	if (r == -ENOENT) {
		maker_rewind(maker, before);
		r = rest(maker, walk, position);
	}
	return r;
}

static bool has_dictionary(const struct signature *signature)
{
	for (size_t i = 0; i < signature->parameter_count; i++) {
		if (strcmp(signature->parameters[i].name, ".dict") == 0)
			return true;
	}
	return false;
}

/* Adds the cell with the hash of a result's type, if there are alternatives. */
static int note_result_type(struct shape_maker *maker, const struct scope *scope, size_t number)
{
	struct expression expression;
	struct alternatives all;
	struct plan_place dictionary, hash = { 0 };
	struct walk walk = {
		.scope = scope,
		.expression = &expression,
		.builder = maker->builder,
		.parameter = &scope->signature->results[number],
		.type = scope->signature->results[number].type,
	};
	int r = expression_make(&expression, "ret", "ret", maker->err);

	if (r < 0 || !walk.parameter->dictionary_word)
		return r;
	find_alternatives(&walk, &all);
	if (all.count == 0 || is_told_by_shape(&walk, &all))
		return 0;
	r = walk_to_dictionary(&walk, &dictionary, &hash, maker->err);
	if (r == 0)
		r = maker_add_cell(maker, hash, CELL_UINT, 4);
	if (r >= 0)
		maker->shape.result_hashes[number] = (uint8_t)(r + 1);
	return r < 0 ? r : 0;
}

int instance_note_results(struct shape_maker *maker, const struct scope *scope)
{
	const struct signature *signature = scope->signature;
	int r = 0;

	if (!scope->notes_results || !has_dictionary(signature))
		return 0;
	for (size_t i = 0; r == 0 && i < signature->result_count && i < SHAPE_MAX_RESULTS; i++)
		r = note_result_type(maker, scope, i);
	return r;
}
