/* SPDX-License-Identifier: MIT */
#include "layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "interface_words.h"
#include "notation.h"
#include "type_record.h"
#include "vendored.h"

#define LAYOUT_MAX_FIELDS 64
#define LAYOUT_MAX_PARAMETERS 16

struct layout {
	uint32_t first, last;
	const struct x_net *x_net; /* NULL: not said */
	bool assumed;
	struct arena arena;
	struct type_record *records; /* every type made so far; a few dozen at most */
};

int layout_create(uint32_t first, uint32_t last, bool assumed, struct layout **ret_layout,
		  struct error *err)
{
	struct layout *layout = calloc(1, sizeof(*layout));

	if (!layout)
		return error_fail(err, -ENOMEM, "out of memory");
	layout->first = first;
	layout->last = last;
	layout->assumed = assumed;
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

void layout_set_x_net(struct layout *layout, const struct x_net *x_net)
{
	layout->x_net = x_net;
}

/* Whether a row of this name is about the type or function: in copies of a module it has a prefix. */
static bool row_is_about(const char *row, const char *name)
{
	return strcmp(row, x_net_has(name) ? vendored_skip_prefix(name) : name) == 0;
}

static uint32_t x_net_release(const struct layout *layout, const char *name)
{
	return layout->x_net ? x_net_release_of(layout->x_net, name) : 0;
}

/*
 * `name`: of the type or function; it tells whose releases the row counts. Rows of a module end with the
 * newest release of it that was looked at, so that none has to be assumed, whatever Go it was built with.
 */
static bool row_holds(const struct layout *layout, const char *name, uint32_t since,
		      uint32_t before, bool internal)
{
	if (x_net_has(name)) {
		uint32_t release = x_net_release(layout, name);

		return since <= release && release < before;
	}
	return since <= layout->first && layout->last < before && !(internal && layout->assumed);
}

/* Whether the row holds for some release of the span; a module's release is known, or not at all. */
static bool row_touches(const struct layout *layout, const char *name, uint32_t since,
			uint32_t before, bool internal)
{
	if (x_net_has(name))
		return row_holds(layout, name, since, before, internal);
	return since <= layout->last && layout->first < before && !(internal && layout->assumed);
}

/*
 * The text of a row that is about `name`, for the copy of the module that it is of: each name of the
 * module's gets its prefix. NULL when there is no memory.
 */
static const char *row_text(struct layout *layout, const char *name, const char *text)
{
	size_t prefix = x_net_has(name) ? (size_t)(vendored_skip_prefix(name) - name) : 0;
	size_t size = strlen(text), count = 0;
	char *copy, *end;

	for (const char *at = text; prefix && (at = strstr(at, X_NET_PATH)); at++)
		count++;
	if (!count)
		return text;
	copy = end = arena_alloc(&layout->arena, size + count * prefix + 1, 1);
	for (const char *at = text; copy && *at; at++) {
		if (strncmp(at, X_NET_PATH, strlen(X_NET_PATH)) == 0) {
			memcpy(end, name, prefix);
			end += prefix;
		}
		*end++ = *at;
	}
	return copy;
}

/*
 * The row of a type. Where none holds for the whole span, the kind is still known when those that
 * hold for parts of it agree; the size is not.
 */
static const struct layout_type *type_row(const struct layout *layout, const char *name,
					  bool *ret_sized)
{
	const struct layout_type *part = NULL;
	bool agree = true;

	*ret_sized = true;
	for (size_t i = 0; i < layout_type_count; i++) {
		const struct layout_type *row = &layout_types[i];

		if (!row_is_about(row->type, name))
			continue;
		if (row_holds(layout, name, row->since, row->before, row->internal))
			return row;
		if (!row_touches(layout, name, row->since, row->before, row->internal))
			continue;
		agree = agree && (!part || strcmp(part->kind, row->kind) == 0);
		part = row;
	}
	*ret_sized = false;
	return agree ? part : NULL;
}

bool layout_field_is_uncertain(const struct layout *layout, const char *type, const char *field)
{
	for (size_t i = 0; i < layout_field_count; i++) {
		const struct layout_field *row = &layout_fields[i];

		if (row_is_about(row->type, type) && strcmp(row->field, field) == 0 &&
		    row_touches(layout, type, row->since, row->before, row->internal))
			return true;
	}
	return false;
}

/*
 * The row of a function. In a release that the table does not know a function that is still there is taken to
 * have the parameters that it had last.
 */
static const struct layout_function *function_row(const struct layout *layout, const char *name)
{
	const struct layout_function *last = NULL;

	for (size_t i = 0; i < layout_function_count; i++) {
		const struct layout_function *row = &layout_functions[i];

		if (!row_is_about(row->function, name))
			continue;
		if (row_holds(layout, name, row->since, row->before, false))
			return row;
		if (layout->assumed && row->since <= layout->first)
			last = row;
	}
	return last;
}

/* Kind and size, as far as they do not depend on another type. */
static int record_classify(struct layout *layout, struct type_record *record, struct error *err)
{
	bool sized;
	const struct layout_type *row = type_row(layout, record->type.name, &sized);
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
	record->type.source = layout->assumed ? TYPE_SOURCE_ASSUMED : TYPE_SOURCE_TABLE;
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

static int field_compare(const void *a, const void *b)
{
	const struct field *left = a, *right = b;

	return left->offset < right->offset ? -1 : left->offset > right->offset;
}

/* Structs and the two words of an interface. */
static int layout_complete_fields(struct layout *layout, struct type *type, struct error *err)
{
	struct field fields[LAYOUT_MAX_FIELDS], *copy;
	size_t count = 0;

	for (size_t i = 0; i < layout_field_count; i++) {
		const struct layout_field *row = &layout_fields[i];
		const char *text;
		int r;

		if (!row_is_about(row->type, type->name) ||
		    !row_holds(layout, type->name, row->since, row->before, row->internal))
			continue;
		if (count == LAYOUT_MAX_FIELDS)
			return error_fail(err, -E2BIG, "too many rows for %s", type->name);
		text = row_text(layout, type->name, row->field_type);
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
	const struct layout_type *row = type_row(layout, type->name, &sized);
	struct notation notation;
	int r = 0;

	/* The row's text outlives the type; a name without a row is its own notation. */
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
		/* All that the table lists have methods. */
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

/* Parses "a T, b U", a row's about `function`, into `ret_parameters`, which lives in the layout. */
static int parameters_create(struct layout *layout, const char *function, const char *row,
			     const struct parameter **ret_parameters, size_t *ret_count,
			     struct error *err)
{
	struct parameter parameters[LAYOUT_MAX_PARAMETERS], *copy;
	const char *text = row_text(layout, function, row);
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
	const struct layout_function *row = function_row(layout, function);
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
