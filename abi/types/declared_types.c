/* SPDX-License-Identifier: MIT */
#include "declared_types.h"

#include <errno.h>
#include <string.h>

#include "alignment.h"
#include "interface_words.h"
#include "notation.h"
#include "type_record.h"
#include "types.h"

enum { WORD = 8 };
/* Limit on the size of a type, because no value on a stack is larger. */
#define MAX_SIZE INT32_MAX

/* The arguments that all functions below share. */
struct finder {
	struct types *types;
	const struct declaration *declaration;
	struct error *err;
};

static int declared_find(const struct finder *finder, const struct declared_type *declared,
			 const struct type **ret_type);

/* Returns a copy of `made` with its name and source, which lives as long as `types`. */
static int declared_make(const struct finder *finder, const struct declared_type *declared,
			 const struct type *made, const struct type **ret_type)
{
	struct arena *arena = &finder->types->declared;
	struct type_record *record = arena_alloc(arena, 1, sizeof(*record));
	char *name = arena_string(arena, declared->text, strlen(declared->text));

	if (!record || !name)
		return error_fail(finder->err, -ENOMEM, "no memory for the types of the binary");
	record->owner = TYPE_OWNER_DECLARED;
	record->type = *made;
	record->type.name = name;
	record->type.complete = true;
	record->type.source = made->kind == TYPE_STRUCT ? TYPE_SOURCE_DECLARED : TYPE_SOURCE_NONE;
	*ret_type = &record->type;
	return 0;
}

static int fail_undescribed(const struct finder *finder, const struct declared_type *declared)
{
	declaration_fail(
		finder->err, -ENODATA, finder->declaration->text, declared->at,
		"the signature of %s cannot be used: the binary does not describe the type %s",
		finder->declaration->function, declared->text);
	error_hint(
		finder->err,
		"check its import path, or write it out as a literal: struct{…} with all its fields, interface{…} with its methods");
	return -ENODATA;
}

/* Makes a predeclared type of Go ("int", "error"). */
static int basic_make(const struct finder *finder, const struct declared_type *declared,
		      const struct type **ret_type)
{
	struct type made = { 0 };
	struct notation notation;

	if (notation_parse(declared->text, &notation) < 0 || notation.kind == TYPE_UNKNOWN)
		return fail_undescribed(finder, declared);
	made.kind = notation.kind;
	made.size = notation.size;
	if (made.kind == TYPE_INTERFACE) {
		made.fields = strcmp(declared->text, "error") == 0 ? interface_words :
								     empty_interface_words;
		made.field_count = INTERFACE_WORDS;
	}
	return declared_make(finder, declared, &made, ret_type);
}

static int name_find(const struct finder *finder, const struct declared_type *declared,
		     const struct type **ret_type)
{
	struct notation notation;
	bool is_basic = notation_parse(declared->text, &notation) == 0 &&
			notation.kind != TYPE_UNKNOWN;

	if (type_from_descriptors(finder->types, declared->text, ret_type) == 0)
		return 0;
	if (is_basic)
		return basic_make(finder, declared, ret_type);
	return types_named(finder->types, declared->text, ret_type, NULL) == 0 ?
		       0 :
		       fail_undescribed(finder, declared);
}

static int declared_fail_size(const struct finder *finder, const struct declared_type *declared)
{
	return declaration_fail(finder->err, -E2BIG, finder->declaration->text, declared->at,
				"the type is too large to be an argument");
}

static int array_make(const struct finder *finder, const struct declared_type *declared,
		      const struct type *element, const struct type **ret_type)
{
	struct type made = { .kind = TYPE_ARRAY, .element = element, .length = declared->length };

	if (__builtin_mul_overflow(declared->length, element->size, &made.size) ||
	    made.size > MAX_SIZE)
		return declared_fail_size(finder, declared);
	return declared_make(finder, declared, &made, ret_type);
}

/* The size of a pointer, slice, map or channel does not depend on its element. Arrays ignore `size`. */
static int container_find(const struct finder *finder, const struct declared_type *declared,
			  enum type_kind kind, uint64_t size, const struct type **ret_type)
{
	struct type made = { .kind = kind, .size = size };
	int r = declared_find(finder, declared->element, &made.element);

	if (r == 0 && declared->key)
		r = declared_find(finder, declared->key, &made.key);
	if (r < 0)
		return r;
	if (!declared->has_literal &&
	    type_from_descriptors(finder->types, declared->text, ret_type) == 0)
		return 0;
	if (kind == TYPE_ARRAY)
		return array_make(finder, declared, made.element, ret_type);
	return declared_make(finder, declared, &made, ret_type);
}

/* A function type needs no parts, because only the address of a function's code is shown. */
static int function_find(const struct finder *finder, const struct declared_type *declared,
			 const struct type **ret_type)
{
	struct type made = { .kind = TYPE_FUNC, .size = WORD };

	if (!declared->has_literal &&
	    type_from_descriptors(finder->types, declared->text, ret_type) == 0)
		return 0;
	return declared_make(finder, declared, &made, ret_type);
}

static int interface_find(const struct finder *finder, const struct declared_type *declared,
			  const struct type **ret_type)
{
	struct type made = {
		.kind = TYPE_INTERFACE,
		.size = INTERFACE_WORDS * WORD,
		.fields = declared->has_methods ? interface_words : empty_interface_words,
		.field_count = INTERFACE_WORDS,
	};

	if (type_from_descriptors(finder->types, declared->text, ret_type) == 0)
		return 0;
	return declared_make(finder, declared, &made, ret_type);
}

/* Appends a field to `made`: sets its offset, and updates `made->size` and the `greatest` alignment. */
static int field_place(const struct finder *finder, const struct declared_field *declared,
		       struct type *made, uint64_t *greatest, struct field *field)
{
	uint64_t alignment = 1;
	int r = declared_find(finder, declared->type, &field->type);

	if (r == 0)
		r = alignment_of(finder->types, field->type, &alignment, finder->err);
	if (r < 0)
		return r;
	field->name =
		arena_string(&finder->types->declared, declared->name, strlen(declared->name));
	if (!field->name)
		return error_fail(finder->err, -ENOMEM, "no memory for the types of the binary");
	field->embedded = declared->embedded;
	field->offset = alignment_up(made->size, alignment);
	if (alignment > *greatest)
		*greatest = alignment;
	made->size = field->offset + field->type->size;
	return made->size > MAX_SIZE ? declared_fail_size(finder, declared->type) : 0;
}

/*
 * Lays out the fields as Go's compiler does. If the last field has size 0 and the struct has not, the
 * compiler adds a byte, so that the address of that field stays within the struct.
 */
static int struct_make(const struct finder *finder, const struct declared_type *declared,
		       const struct type **ret_type)
{
	size_t count = declared->fields.count;
	struct field *fields = arena_alloc(&finder->types->declared, count + 1, sizeof(*fields));
	struct type made = { .kind = TYPE_STRUCT, .fields = fields, .field_count = count };
	uint64_t greatest = 1;

	if (!fields)
		return error_fail(finder->err, -ENOMEM, "no memory for the types of the binary");
	for (size_t i = 0; i < count; i++) {
		int r = field_place(finder, &declared->fields.fields[i], &made, &greatest,
				    &fields[i]);

		if (r < 0)
			return r;
	}
	if (made.size && count && fields[count - 1].type->size == 0)
		made.size++;
	made.size = alignment_up(made.size, greatest);
	return declared_make(finder, declared, &made, ret_type);
}

static int declared_find(const struct finder *finder, const struct declared_type *declared,
			 const struct type **ret_type)
{
	switch (declared->kind) {
	case DECLARED_POINTER:
		return container_find(finder, declared, TYPE_POINTER, WORD, ret_type);
	case DECLARED_SLICE:
		return container_find(finder, declared, TYPE_SLICE, 3 * WORD, ret_type);
	case DECLARED_ARRAY:
		return container_find(finder, declared, TYPE_ARRAY, 0, ret_type);
	case DECLARED_MAP:
		return container_find(finder, declared, TYPE_MAP, WORD, ret_type);
	case DECLARED_CHAN:
		return container_find(finder, declared, TYPE_CHAN, WORD, ret_type);
	case DECLARED_FUNC:
		return function_find(finder, declared, ret_type);
	case DECLARED_INTERFACE:
		return interface_find(finder, declared, ret_type);
	case DECLARED_STRUCT:
		return struct_make(finder, declared, ret_type);
	default:
		return name_find(finder, declared, ret_type);
	}
}

int declared_type_find(struct types *types, const struct declaration *declaration,
		       const struct declared_type *declared, const struct type **ret_type,
		       struct error *err)
{
	const struct finder finder = { types, declaration, err };

	return declared_find(&finder, declared, ret_type);
}
