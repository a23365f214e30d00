/* SPDX-License-Identifier: MIT */
/* Walk steps through pointers and to fields. */
#include "walk_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "interface.h"

enum {
	MAX_EMBEDDING = 6, /* nested structs through which a field is promoted */
	/*
	 * Limit on examined fields: malicious DWARF can describe structs that embed each other in every
	 * field.
	 */
	MAX_LOOKS = 200000,
};

int walk_follow_word(struct walk *walk, struct plan_place pointer, const struct type *type,
		     struct error *err)
{
	int source = plan_follow(walk->builder, pointer, err);

	if (source < 0)
		return source;
	walk_enter(walk, source, type);
	return 0;
}

int walk_follow(struct walk *walk, struct error *err)
{
	struct plan_place pointer;
	int r = types_complete(walk->scope->types, walk->type, err);

	if (r < 0)
		return r;
	if (walk->type->is_any_pointer)
		return walk_fail_type(
			walk, err, -ENOTSUP,
			"a %s points to a type parameter, whose type is not known in code that instances share");
	if (!walk->type->element)
		return walk_fail_type(walk, err, -ENOTSUP, "a %s cannot be dereferenced");
	r = walk_word(walk, 0, &pointer, err);
	return r < 0 ? r : walk_follow_word(walk, pointer, walk->type->element, err);
}

int walk_follow_pointers(struct walk *walk, struct error *err)
{
	/* `type T *T` is valid Go: following it never ends. */
	for (int i = 0; walk->type->kind == TYPE_POINTER; i++) {
		int r = i < EXPRESSION_MAX_STEPS ?
				walk_follow(walk, err) :
				walk_fail(walk, err, -E2BIG, "too many pointers to follow");

		if (r < 0)
			return r;
	}
	return types_complete(walk->scope->types, walk->type, err);
}

int walk_to_field(struct walk *walk, const struct field *field, struct error *err)
{
	return walk_advance(walk, field->offset, field->type, err);
}

/* A field and the embedded fields through which it is promoted, outermost first. */
struct field_path {
	const struct field *fields[MAX_EMBEDDING];
	size_t count;
	uint32_t looks;
};

static const struct type *embedded_struct(struct types *types, const struct field *field)
{
	const struct type *type = field->type;

	if (!field->embedded || types_complete(types, type, NULL) < 0)
		return NULL;
	if (type->kind == TYPE_POINTER)
		type = type->element;
	if (!type || types_complete(types, type, NULL) < 0)
		return NULL;
	return type->kind == TYPE_STRUCT ? type : NULL;
}

/* Searches the fields that are exactly `depth` embedded structs below `type`. */
static bool find_at_depth(struct types *types, const struct type *type, const char *name,
			  size_t depth, struct field_path *path)
{
	for (size_t i = 0; i < type->field_count; i++) {
		const struct field *field = &type->fields[i];
		const struct type *within;

		if (++path->looks > MAX_LOOKS)
			return false;
		path->fields[path->count] = field;
		if (depth == 0 && strcmp(field->name, name) == 0) {
			path->count++;
			return true;
		}
		within = depth ? embedded_struct(types, field) : NULL;
		if (!within)
			continue;
		path->count++;
		if (find_at_depth(types, within, name, depth - 1, path))
			return true;
		path->count--;
	}
	return false;
}

/* Finds the field with the least depth, as Go does. */
static bool find_path(struct types *types, const struct type *type, const char *name,
		      struct field_path *path)
{
	path->looks = 0;
	for (size_t depth = 0; depth < MAX_EMBEDDING; depth++) {
		path->count = 0;
		if (find_at_depth(types, type, name, depth, path))
			return true;
	}
	return false;
}

/* Returns the type of the current value, without its pointers. */
static const struct type *type_behind(const struct walk *walk)
{
	const struct type *type = walk->type;

	for (int i = 0; i < EXPRESSION_MAX_STEPS && type->kind == TYPE_POINTER; i++) {
		if (types_complete(walk->scope->types, type, NULL) < 0 || !type->element)
			break;
		type = type->element;
	}
	return type;
}

const struct type *walk_field_owner(const struct walk *walk, const char *name)
{
	struct types *types = walk->scope->types;
	const struct type *type = type_behind(walk);
	struct field_path path;

	if (types_complete(types, type, NULL) < 0 || !find_path(types, type, name, &path))
		return NULL;
	return path.count < 2 ? type : embedded_struct(types, path.fields[path.count - 2]);
}

bool walk_has_field(const struct walk *walk, const char *name)
{
	return walk_field_owner(walk, name);
}

static int fail_field(const struct walk *walk, const char *name, struct error *err)
{
	const struct type *type = walk->type;
	char names[320] = "", what[640];
	size_t used = 0;

	for (size_t i = 0; i < type->field_count && used + 80 < sizeof(names); i++)
		used += snprintf(names + used, sizeof(names) - used, "%s%.64s", i ? ", " : "",
				 type->fields[i].name);
	if (types_field_is_uncertain(walk->scope->types, type, name)) {
		snprintf(what, sizeof(what),
			 "the offset of field \"%s\" in %s is not known for this Go release", name,
			 type->name);
		return walk_fail(walk, err, -ENODATA, what);
	}
	if (type->field_count == 0)
		snprintf(what, sizeof(what), "a %.128s has no fields", type->name);
	else
		snprintf(what, sizeof(what), "a %.128s has no field \"%s\": it has %s", type->name,
			 name, names);
	return walk_fail(walk, err, -ENOENT, what);
}

int walk_take_name(struct walk *walk, const char *name, struct error *err)
{
	const struct field *word;
	struct field_path path;
	int r = walk_follow_pointers(walk, err);

	if (r < 0)
		return r;
	word = walk->type->kind == TYPE_INTERFACE ? interface_word(name) : NULL;
	if (word)
		return walk_to_field(walk, word, err);
	if (!find_path(walk->scope->types, walk->type, name, &path))
		return fail_field(walk, name, err);
	for (size_t i = 0; r == 0 && i < path.count; i++) {
		if (i && walk->type->kind == TYPE_POINTER)
			r = walk_follow(walk, err);
		if (r == 0)
			r = walk_to_field(walk, path.fields[i], err);
	}
	return r;
}
