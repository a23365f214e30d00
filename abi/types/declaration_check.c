/* SPDX-License-Identifier: MIT */
#include "declaration_check.h"

#include <errno.h>
#include <string.h>

#include "signature_text.h"

static const enum type_kind kinds_of_declared[] = {
	[DECLARED_POINTER] = TYPE_POINTER,     [DECLARED_SLICE] = TYPE_SLICE,
	[DECLARED_ARRAY] = TYPE_ARRAY,	       [DECLARED_MAP] = TYPE_MAP,
	[DECLARED_CHAN] = TYPE_CHAN,	       [DECLARED_FUNC] = TYPE_FUNC,
	[DECLARED_INTERFACE] = TYPE_INTERFACE, [DECLARED_STRUCT] = TYPE_STRUCT,
};

static bool type_agrees(struct types *types, const struct declared_type *declared,
			const struct type *type);

static bool part_agrees(struct types *types, const struct declared_type *declared,
			const struct type *type)
{
	return !declared || (type && type_agrees(types, declared, type));
}

static bool struct_agrees(struct types *types, const struct declared_type *declared,
			  const struct type *type)
{
	if (declared->fields.count != type->field_count)
		return false;
	for (size_t i = 0; i < type->field_count; i++) {
		const struct declared_field *field = &declared->fields.fields[i];

		if (strcmp(field->name, type->fields[i].name) != 0 ||
		    !type_agrees(types, field->type, type->fields[i].type))
			return false;
	}
	return true;
}

/* The name of a channel type begins with its direction: "<-chan ", "chan<- ", "chan ". */
static bool direction_agrees(const struct declared_type *declared, const struct type *type)
{
	return strncmp(declared->text, type->name, strcspn(declared->text, " ") + 1) == 0;
}

/*
 * A literal agrees with each type of the same structure, also with a named type: users write a literal if the
 * binary has no descriptor of the named type. Does not compare the methods of interfaces, nor function types
 * that contain literals.
 */
static bool type_agrees(struct types *types, const struct declared_type *declared,
			const struct type *type)
{
	if (declared->kind == DECLARED_NAME)
		return strcmp(declared->text, type->name) == 0;
	if (kinds_of_declared[declared->kind] != type->kind ||
	    types_complete(types, type, NULL) < 0)
		return false;
	switch (declared->kind) {
	case DECLARED_STRUCT:
		return struct_agrees(types, declared, type);
	case DECLARED_INTERFACE:
		return declared->has_methods == (strcmp(type->name, "interface {}") != 0);
	case DECLARED_FUNC:
		return declared->has_literal || strncmp(type->name, "func", 4) != 0 ||
		       strcmp(declared->text, type->name) == 0;
	case DECLARED_CHAN:
		if (!direction_agrees(declared, type))
			return false;
		break;
	case DECLARED_ARRAY:
		if (declared->length != type->length)
			return false;
		break;
	default:
		break;
	}
	return part_agrees(types, declared->key, type->key) &&
	       part_agrees(types, declared->element, type->element);
}

static bool is_written(const char *name)
{
	return name[0] && name[0] != '~' && name[0] != '.';
}

static bool is_blank(const char *name)
{
	return !is_written(name) || strcmp(name, "_") == 0;
}

static bool parameter_agrees(struct types *types, const struct declared_field *declared,
			     const struct parameter *parameter)
{
	if (!is_blank(declared->name) && !is_blank(parameter->name) &&
	    strcmp(declared->name, parameter->name) != 0)
		return false;
	return type_agrees(types, declared->type, parameter->type);
}

/* A declared parameter need not be in DWARF if it is blank, because DWARF may leave out blank parameters. */
static bool list_agrees(struct types *types, const struct declared_list *declared,
			const struct parameter *parameters, size_t count)
{
	size_t excess = declared->count > count ? declared->count - count : 0, found = 0;

	for (size_t i = 0; i < declared->count; i++) {
		if (found < count &&
		    parameter_agrees(types, &declared->fields[i], &parameters[found])) {
			found++;
			continue;
		}
		if (!is_blank(declared->fields[i].name) || excess-- == 0)
			return false;
	}
	return found == count;
}

int declaration_check(struct types *types, const struct declaration *declaration,
		      const struct signature *found, bool *ret_is_whole, struct error *err)
{
	char text[512];

	if (list_agrees(types, &declaration->parameters, found->parameters,
			found->parameter_count) &&
	    list_agrees(types, &declaration->results, found->results, found->result_count)) {
		*ret_is_whole = declaration->parameters.count == found->parameter_count &&
				declaration->results.count == found->result_count;
		return 0;
	}
	signature_format(declaration->function, found, text, sizeof(text));
	error_fail(
		err, -EINVAL,
		"the signature \"%.200s\" contradicts the DWARF of the binary, which has \"%.400s\"",
		declaration->text, text);
	error_hint(err, "leave out --signature: DWARF describes this function");
	return -EINVAL;
}
