/* SPDX-License-Identifier: MIT */
#include "layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "interface_words.h"
#include "layout_rows.h"
#include "notation.h"
#include "type_record.h"

#define LAYOUT_MAX_FIELDS 64
#define LAYOUT_MAX_PARAMETERS 16

struct layout {
	struct layout_rows rows;
	struct arena arena;
	struct type_record *records; /* every type made so far; a few dozen at most */
};

int layout_create(uint32_t first, uint32_t last, bool assumed, struct layout **ret_layout,
		  struct error *err)
{
	struct layout *layout = calloc(1, sizeof(*layout));

	if (!layout)
		return error_fail(err, -ENOMEM, "out of memory");
	layout->rows = (struct layout_rows){ .first = first, .last = last, .assumed = assumed };
	*ret_layout = layout;
	return 0;
}

void layout_destroy(struct layout *layout)
{
	if (!layout)
		return;
	arena_finish(&layout->arena);
	free(layout);
}

void layout_set_libraries(struct layout *layout, const struct library_copies *libraries,
			  size_t count)
{
	layout->rows.libraries = libraries;
	layout->rows.library_count = count;
}

/* Sets the kind and size of a type, and the length of an array. layout_complete() sets the other parts. */
static int record_classify(struct layout *layout, struct type_record *record, struct error *err)
{
	bool sized;
	const struct layout_type *row = layout_rows_type(&layout->rows, record->type.name, &sized);
	struct notation notation;

	if (notation_parse(row ? row->kind : record->type.name, &notation) < 0)
		return error_fail(err, -EINVAL, "not a type: %s", record->type.name);
	record->type.kind = notation.kind;
	record->type.size = !row ? notation.size : sized ? row->size : 0;
	if (notation.kind == TYPE_ARRAY) {
		const struct type *element;
		char *text =
			arena_string(&layout->arena, notation.element, notation.element_length);
		int r = text ? layout_type(layout, text, &element, err) :
			       error_fail(err, -ENOMEM, "out of memory");

		if (r < 0)
			return r;
		if (__builtin_mul_overflow(notation.length, element->size, &record->type.size))
			return error_fail(err, -E2BIG, "array too large: %s", record->type.name);
		record->type.length = notation.length;
	}
	return 0;
}

static int layout_type_slice(struct layout *layout, const char *notation, size_t length,
			     const struct type **ret_type, struct error *err)
{
	struct type_record *record;
	int r;

	for (record = layout->records; record; record = record->next) {
		if (strncmp(record->type.name, notation, length) == 0 &&
		    !record->type.name[length]) {
			*ret_type = &record->type;
			return 0;
		}
	}
	record = arena_alloc(&layout->arena, 1, sizeof(*record));
	if (!record)
		return error_fail(err, -ENOMEM, "out of memory");
	record->owner = TYPE_OWNER_LAYOUT;
	record->type.source = layout->rows.assumed ? TYPE_SOURCE_ASSUMED : TYPE_SOURCE_TABLE;
	record->type.name = arena_string(&layout->arena, notation, length);
	if (!record->type.name)
		return error_fail(err, -ENOMEM, "out of memory");
	r = record_classify(layout, record, err);
	if (r < 0)
		return r;
	record->next = layout->records;
	layout->records = record;
	*ret_type = &record->type;
	return 0;
}

int layout_type(struct layout *layout, const char *notation, const struct type **ret_type,
		struct error *err)
{
	return layout_type_slice(layout, notation, strlen(notation), ret_type, err);
}

bool layout_field_is_uncertain(const struct layout *layout, const char *type, const char *field)
{
	return layout_rows_have_field(&layout->rows, type, field);
}

static int field_compare(const void *a, const void *b)
{
	const struct field *left = a, *right = b;

	return left->offset < right->offset ? -1 : left->offset > right->offset;
}

static int layout_complete_fields(struct layout *layout, struct type *type, struct error *err)
{
	struct field fields[LAYOUT_MAX_FIELDS], *copy;
	struct row_cursor cursor = { 0 };
	const struct layout_field *row;
	size_t count = 0;

	while ((row = layout_rows_next_field(&layout->rows, type->name, &cursor))) {
		const char *text;
		int r;

		if (count == LAYOUT_MAX_FIELDS)
			return error_fail(err, -E2BIG, "too many rows for %s", type->name);
		text = layout_rows_text(&layout->rows, type->name, row->field_type, &layout->arena);
		r = text ? layout_type(layout, text, &fields[count].type, err) :
			   error_fail(err, -ENOMEM, "out of memory");
		if (r < 0)
			return r;
		fields[count].name = row->field;
		fields[count].offset = row->offset;
		fields[count].embedded = false;
		count++;
	}
	qsort(fields, count, sizeof(fields[0]), field_compare);
	copy = arena_alloc(&layout->arena, count, sizeof(fields[0]));
	if (!copy)
		return error_fail(err, -ENOMEM, "out of memory");
	if (count)
		memcpy(copy, fields, count * sizeof(fields[0]));
	type->fields = copy;
	type->field_count = count;
	return 0;
}

static int layout_complete_parts(struct layout *layout, struct type *type, struct error *err)
{
	bool sized;
	const struct layout_type *row = layout_rows_type(&layout->rows, type->name, &sized);
	struct notation notation;
	int r = 0;

	/* The notation points into the text of the row or into the type's name. Both outlive the type. */
	if (notation_parse(row ? row->kind : type->name, &notation) < 0)
		return error_fail(err, -EINVAL, "not a type: %s", type->name);
	if (notation.element)
		r = layout_type_slice(layout, notation.element, notation.element_length,
				      &type->element, err);
	if (r == 0 && notation.key)
		r = layout_type_slice(layout, notation.key, notation.key_length, &type->key, err);
	return r;
}

int layout_complete(struct layout *layout, const struct type *type, struct error *err)
{
	struct type *target = &type_record_of(type)->type;
	int r = 0;

	if (target->complete)
		return 0;
	switch (target->kind) {
	case TYPE_UNKNOWN:
		return error_fail(err, -ENODATA, "the built-in layouts do not describe %s",
				  target->name);
	case TYPE_STRUCT:
		r = layout_complete_fields(layout, target, err);
		break;
	case TYPE_INTERFACE:
		/* All interfaces in the table have methods. */
		target->fields = interface_words;
		target->field_count = INTERFACE_WORDS;
		break;
	default:
		r = layout_complete_parts(layout, target, err);
	}
	if (r == 0)
		target->complete = true;
	return r;
}

/* Parses the parameters or results of a row about `function` ("a T, b U"). The layout owns the list. */
static int parameters_create(struct layout *layout, const char *function, const char *row,
			     const struct parameter **ret_parameters, size_t *ret_count,
			     struct error *err)
{
	struct parameter parameters[LAYOUT_MAX_PARAMETERS], *copy;
	const char *text = layout_rows_text(&layout->rows, function, row, &layout->arena);
	size_t count = 0;

	if (!text)
		return error_fail(err, -ENOMEM, "out of memory");
	while (*text) {
		size_t length = notation_parameter(text);
		const char *space = memchr(text, ' ', length);
		const char *type = space ? space + 1 : text;
		size_t name_length = space ? (size_t)(space - text) : 0;
		int r;

		if (count == LAYOUT_MAX_PARAMETERS)
			return error_fail(err, -E2BIG, "too many parameters: %s", text);
		parameters[count].name = arena_string(&layout->arena, text, name_length);
		if (!parameters[count].name)
			return error_fail(err, -ENOMEM, "out of memory");
		r = layout_type_slice(layout, type, (size_t)(text + length - type),
				      &parameters[count].type, err);
		if (r < 0)
			return r;
		count++;
		text += length;
		text += strspn(text, ", ");
	}
	for (size_t i = 0; i < count; i++)
		parameters[i].hint = (struct entry_hint){ .kind = ENTRY_UNKNOWN };
	copy = arena_alloc(&layout->arena, count, sizeof(parameters[0]));
	if (!copy)
		return error_fail(err, -ENOMEM, "out of memory");
	if (count)
		memcpy(copy, parameters, count * sizeof(parameters[0]));
	*ret_parameters = copy;
	*ret_count = count;
	return 0;
}

int layout_signature(struct layout *layout, const char *function,
		     const struct signature **ret_signature, struct error *err)
{
	const struct layout_function *row = layout_rows_function(&layout->rows, function);
	struct signature *signature;
	int r;

	if (!row)
		return error_fail(err, -ENODATA, "the built-in layouts do not describe %s",
				  function);
	signature = arena_alloc(&layout->arena, 1, sizeof(*signature));
	if (!signature)
		return error_fail(err, -ENOMEM, "out of memory");
	r = parameters_create(layout, function, row->parameters, &signature->parameters,
			      &signature->parameter_count, err);
	if (r == 0)
		r = parameters_create(layout, function, row->results, &signature->results,
				      &signature->result_count, err);
	if (r < 0)
		return r;
	*ret_signature = signature;
	return 0;
}
