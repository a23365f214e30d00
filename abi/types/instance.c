/* SPDX-License-Identifier: MIT */
#include "instance.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "type_sources.h"

enum {
	WORD = 8,
	MAX_NAME = 4096,
	MAX_DEPTH = 4,	  /* how deep types are compared */
	MAX_STEPS = 2000, /* hostile binaries can have types that contain each other many times */
};

/* ---- the symbols of dictionaries ---- */

/* The package path ends at the first dot behind the last slash; slashes within brackets do not count. */
static size_t package_length(const char *name)
{
	size_t end = strcspn(name, "(["), slash = 0;

	for (size_t i = 0; i < end; i++)
		slash = name[i] == '/' ? i : slash;
	return slash + strcspn(name + slash, ".");
}

/* How the symbols of a function's dictionaries begin and end. */
struct dictionary_names {
	char prefix[MAX_NAME];
	const char *suffix;
};

static bool dictionary_names_of(const struct types *types, const char *shared,
				struct dictionary_names *ret_names)
{
	bool has_own = types->version.number < GO_VERSION(20, 0);
	size_t package = package_length(shared), open = strcspn(shared, "[");
	const char *close = strrchr(shared, ']'), *name = shared + package + 1;
	int length;

	if (!close || package >= open || open >= sizeof(ret_names->prefix) / 2)
		return false;
	/* Since Go 1.20 all methods of a type share a dictionary, so its symbol has no "(*" of a receiver. */
	if (!has_own && strncmp(name, "(*", 2) == 0)
		name += 2;
	length = snprintf(ret_names->prefix, sizeof(ret_names->prefix), "%.*s..dict.%.*s",
			  (int)package, shared, (int)(shared + open + 1 - name), name);
	ret_names->suffix = has_own ? close : "]";
	return length > 0 && (size_t)length < sizeof(ret_names->prefix);
}

static bool symbol_ends_with(const char *text, const char *suffix)
{
	size_t size = strlen(text), end = strlen(suffix);

	return size >= end && strcmp(text + size - end, suffix) == 0;
}

static int instance_append(struct instance_list *list, const struct named_symbol *symbol,
			   const struct dictionary_names *names)
{
	size_t begin = strlen(names->prefix) - 1, size = strlen(symbol->name);
	struct instance *items;
	char *arguments;

	if (!symbol_ends_with(symbol->name, names->suffix) || size < begin + strlen(names->suffix))
		return 0;
	items = array_grow(list->items, list->count, sizeof(*items));
	if (!items)
		return -ENOMEM;
	list->items = items;
	arguments = strndup(symbol->name + begin, size - begin - strlen(names->suffix) + 1);
	if (!arguments)
		return -ENOMEM;
	items[list->count++] = (struct instance){ .arguments = arguments,
						  .dictionary = symbol->address,
						  .word_count = symbol->size / WORD };
	return 0;
}

static int compare_instances(const void *a, const void *b)
{
	const struct instance *left = a, *right = b;

	return strcmp(left->arguments, right->arguments);
}

/* Reads all instances of the function, of any shape. */
static int instances_read(struct types *types, const char *shared, struct instance_list *list,
			  struct error *err)
{
	struct dictionary_names names;
	struct symbol_list symbols = { 0 };
	int r = 0;

	if (!dictionary_names_of(types, shared, &names))
		return 0;
	r = image_symbols(types->image, names.prefix, &symbols, err);
	if (r == 0 && !symbols.count && types->debug != types->image)
		r = image_symbols(types->debug, names.prefix, &symbols, err);
	for (size_t i = 0; r == 0 && i < symbols.count; i++) {
		r = instance_append(list, &symbols.items[i], &names);
		if (r < 0)
			error_fail(err, r, "out of memory");
	}
	symbol_list_release(&symbols);
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), compare_instances);
	return r;
}

void instance_format(const struct signature *signature, const struct instance *instance, char *text,
		     size_t size)
{
	const char *shared = signature->shared, *close = strrchr(shared, ']');

	snprintf(text, size, "%.*s%s%s", (int)strcspn(shared, "["), shared, instance->arguments,
		 close ? close + 1 : "");
}

/* ---- the types in a dictionary ---- */

int instance_type(struct types *types, const struct instance *instance,
		  const struct parameter *parameter, const struct type **ret_type,
		  struct error *err)
{
	uint64_t word = 0;
	int r = type_sources_parts(types, err);

	if (r < 0)
		return r;
	if (!parameter->dictionary_word || parameter->dictionary_word > instance->word_count)
		return error_fail(err, -ENODATA, "the dictionary has no type of %s",
				  parameter->name);
	r = image_word(types->image,
		       instance->dictionary + (parameter->dictionary_word - 1) * UINT64_C(8), &word,
		       err);
	if (r < 0)
		return r;
	if (word < types->parts.types || word >= types->parts.etypes)
		return error_fail(err, -ENODATA, "the dictionary has no type of %s",
				  parameter->name);
	return type_described_at(types, word - types->parts.types, ret_type, err);
}

/* The comparison of a shape's type to the type in a dictionary. */
struct fitting {
	struct types *types;
	uint32_t steps;
};

static bool shape_fits(struct fitting *fitting, const struct type *shape, const struct type *type,
		       int depth);

static bool parts_fit(struct fitting *fitting, const struct type *shape, const struct type *type,
		      int depth)
{
	return !shape || !type || shape_fits(fitting, shape, type, depth);
}

static bool fields_fit(struct fitting *fitting, const struct type *shape, const struct type *type,
		       int depth)
{
	if (shape->field_count != type->field_count)
		return false;
	for (size_t i = 0; i < shape->field_count; i++) {
		const struct field *a = &shape->fields[i], *b = &type->fields[i];

		if (strcmp(a->name, b->name) != 0 || a->offset != b->offset ||
		    !shape_fits(fitting, a->type, b->type, depth))
			return false;
	}
	return true;
}

/*
 * Returns whether code that was compiled for the shape can handle values of the type. Parts that are not
 * described, or are beyond the limits, are taken to fit.
 */
static bool shape_fits(struct fitting *fitting, const struct type *shape, const struct type *type,
		       int depth)
{
	if (shape->is_any_pointer)
		return type->kind == TYPE_POINTER;
	if (shape->kind != type->kind || shape->size != type->size)
		return false;
	if (depth == MAX_DEPTH || ++fitting->steps > MAX_STEPS ||
	    types_complete(fitting->types, shape, NULL) < 0 ||
	    types_complete(fitting->types, type, NULL) < 0)
		return true;
	switch (shape->kind) {
	case TYPE_STRUCT:
		return fields_fit(fitting, shape, type, depth + 1);
	case TYPE_ARRAY:
		return shape->length == type->length &&
		       parts_fit(fitting, shape->element, type->element, depth + 1);
	case TYPE_POINTER:
	case TYPE_SLICE:
		return parts_fit(fitting, shape->element, type->element, depth + 1);
	case TYPE_MAP:
		return parts_fit(fitting, shape->key, type->key, depth + 1) &&
		       parts_fit(fitting, shape->element, type->element, depth + 1);
	default:
		return true;
	}
}

static bool parameters_fit(struct types *types, const struct instance *instance,
			   const struct parameter *parameters, size_t count)
{
	struct fitting fitting = { .types = types };

	for (size_t i = 0; i < count; i++) {
		const struct type *type = NULL;

		if (!parameters[i].dictionary_word)
			continue;
		if (instance_type(types, instance, &parameters[i], &type, NULL) < 0 ||
		    !shape_fits(&fitting, parameters[i].type, type, 0))
			return false;
	}
	return true;
}

/* Removes the instances of other shapes, which have code of their own. */
static void drop_others(struct types *types, const struct signature *signature,
			struct instance_list *list)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct instance instance = list->items[i];

		if (parameters_fit(types, &instance, signature->parameters,
				   signature->parameter_count) &&
		    parameters_fit(types, &instance, signature->results, signature->result_count))
			list->items[kept++] = instance;
		else
			free((char *)instance.arguments);
	}
	list->count = kept;
}

int instances_find(struct types *types, const struct signature *signature,
		   const struct instance_list **ret_list, struct error *err)
{
	int r = 0;

	/* Comparing the pointers is enough: each function has a string of its own. */
	if (!signature->shared || types->instances_of != signature->shared) {
		instance_list_release(&types->instances);
		types->instances_of = NULL;
		if (signature->shared)
			r = instances_read(types, signature->shared, &types->instances, err);
		if (r < 0)
			return r;
		drop_others(types, signature, &types->instances);
		types->instances_of = signature->shared;
	}
	*ret_list = &types->instances;
	return 0;
}

int instance_types(struct types *types, const struct signature *signature,
		   const struct parameter *parameter, const struct type **ret_list, size_t max,
		   struct error *err)
{
	const struct instance_list *list = NULL;
	size_t count = 0;
	int r = instances_find(types, signature, &list, err);

	for (size_t i = 0; r == 0 && i < list->count && count < max; i++) {
		const struct type *type = NULL;
		size_t known = 0;

		if (instance_type(types, &list->items[i], parameter, &type, NULL) < 0)
			continue;
		while (known < count && ret_list[known] != type)
			known++;
		if (known == count)
			ret_list[count++] = type;
	}
	return r < 0 ? r : (int)count;
}
