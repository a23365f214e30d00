/* SPDX-License-Identifier: MIT */
#include "layout.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "arena.h"
#include "interface_words.h"
#include "layout_table.h"
#include "notation.h"
#include "type_record.h"
#include "vendored.h"

#define LAYOUT_MAX_FIELDS 64
#define LAYOUT_MAX_PARAMETERS 16

struct layout {
	uint32_t first, last;
	const struct library_copies *libraries;
	size_t library_count;
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

void layout_set_libraries(struct layout *layout, const struct library_copies *libraries,
			  size_t count)
{
	layout->libraries = libraries;
	layout->library_count = count;
}

/* The position of a search through the rows of all libraries. All-zero is the beginning. */
struct row_cursor {
	size_t library; /* 0: go_library; then the libraries of the layout */
	size_t row;	/* number of the next row in the library */
};

static const struct library *library_at(const struct layout *layout, size_t index)
{
	if (index == 0)
		return &go_library;
	return index <= layout->library_count ? layout->libraries[index - 1].library : NULL;
}

/* Returns whether a row named `row` describes the type or function `name`, also in a vendored copy. */
static bool row_is_about(const struct library *library, const char *row, const char *name)
{
	return strcmp(row, library_has(library, name) ? vendored_skip_prefix(name) : name) == 0;
}

/*
 * If the option layout_table of meson_options.txt is off, the rows about types and fields are ignored, so
 * that tests can show what binaries describe themselves. Rows about functions are always used, because a
 * stripped binary describes only some methods.
 */
static const struct layout_type *next_type_row(const struct layout *layout, const char *name,
					       struct row_cursor *cursor)
{
	const struct library *library;

	for (; (library = library_at(layout, cursor->library));
	     cursor->library++, cursor->row = 0) {
		while (HAS_LAYOUT_TABLE && cursor->row < library->type_count) {
			const struct layout_type *row = &library->types[cursor->row++];

			if (row_is_about(library, row->type, name))
				return row;
		}
	}
	return NULL;
}

static const struct layout_field *next_field_row(const struct layout *layout, const char *type,
						 struct row_cursor *cursor)
{
	const struct library *library;

	for (; (library = library_at(layout, cursor->library));
	     cursor->library++, cursor->row = 0) {
		while (HAS_LAYOUT_TABLE && cursor->row < library->field_count) {
			const struct layout_field *row = &library->fields[cursor->row++];

			if (row_is_about(library, row->type, type))
				return row;
		}
	}
	return NULL;
}

static const struct layout_function *
next_function_row(const struct layout *layout, const char *function, struct row_cursor *cursor)
{
	const struct library *library;

	for (; (library = library_at(layout, cursor->library));
	     cursor->library++, cursor->row = 0) {
		while (cursor->row < library->function_count) {
			const struct layout_function *row = &library->functions[cursor->row++];

			if (row_is_about(library, row->function, function))
				return row;
		}
	}
	return NULL;
}

/* Returns the copies of the library whose module has the type or function. NULL: part of Go, or unknown. */
static const struct library_copies *module_of(const struct layout *layout, const char *name)
{
	for (size_t i = 0; i < layout->library_count; i++) {
		if (library_has(layout->libraries[i].library, name))
			return &layout->libraries[i];
	}
	return NULL;
}

/*
 * Returns whether a row about `name` is valid for the whole range of releases. The rows of a module end with
 * the newest verified release of the module, so they need no assumption whichever Go release is used.
 */
static bool row_holds(const struct layout *layout, const char *name, uint32_t since,
		      uint32_t before, bool internal)
{
	const struct library_copies *module = module_of(layout, name);

	if (module) {
		uint32_t release = library_copies_release(module, name);

		return since <= release && release < before;
	}
	return since <= layout->first && layout->last < before && !(internal && layout->assumed);
}

/*
 * Returns whether the row is valid for at least one release of the range. The release of a module is known
 * exactly or not at all, so it is no range.
 */
static bool row_touches(const struct layout *layout, const char *name, uint32_t since,
			uint32_t before, bool internal)
{
	if (module_of(layout, name))
		return row_holds(layout, name, since, before, internal);
	return since <= layout->last && layout->first < before && !(internal && layout->assumed);
}

/* Returns a copy of `text`, with `prefix_size` bytes of `prefix` before each `part`. NULL: no memory. */
static const char *text_with_prefixes(struct layout *layout, const char *text, const char *part,
				      const char *prefix, size_t prefix_size)
{
	size_t size = strlen(text), part_size = strlen(part), count = 0;
	char *copy, *end;

	for (const char *at = text; (at = strstr(at, part)); at++)
		count++;
	copy = end = arena_alloc(&layout->arena, size + count * prefix_size + 1, 1);
	for (const char *at = text; copy && *at; at++) {
		if (strncmp(at, part, part_size) == 0) {
			memcpy(end, prefix, prefix_size);
			end += prefix_size;
		}
		*end++ = *at;
	}
	return copy;
}

/*
 * Returns the text of a row about `name`. If `name` belongs to a vendored copy of a module, the names of the
 * module in the text get the copy's prefix. NULL: no memory.
 */
static const char *row_text(struct layout *layout, const char *name, const char *text)
{
	const struct library_copies *module = module_of(layout, name);
	size_t prefix = module ? (size_t)(vendored_skip_prefix(name) - name) : 0;

	return prefix ? text_with_prefixes(layout, text, module->library->module, name, prefix) :
			text;
}

/*
 * Returns the row of a type. If no row is valid for the whole range, but the rows that are valid for parts of
 * the range agree on the kind, returns one of them. Only its kind is valid then: `ret_sized` is false. NULL
 * if there is none.
 */
static const struct layout_type *type_row(const struct layout *layout, const char *name,
					  bool *ret_sized)
{
	const struct layout_type *part = NULL, *row;
	struct row_cursor cursor = { 0 };
	bool agree = true;

	*ret_sized = true;
	while ((row = next_type_row(layout, name, &cursor))) {
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
	struct row_cursor cursor = { 0 };
	const struct layout_field *row;

	while ((row = next_field_row(layout, type, &cursor))) {
		if (strcmp(row->field, field) == 0 &&
		    row_touches(layout, type, row->since, row->before, row->internal))
			return true;
	}
	return false;
}

/*
 * Returns the row of a function, NULL if there is none. For a release that is newer than the rows, assumes
 * that the function still has the parameters of its last row.
 */
static const struct layout_function *function_row(const struct layout *layout, const char *name)
{
	const struct layout_function *last = NULL, *row;
	struct row_cursor cursor = { 0 };

	while ((row = next_function_row(layout, name, &cursor))) {
		if (row_holds(layout, name, row->since, row->before, false))
			return row;
		if (layout->assumed && row->since <= layout->first)
			last = row;
	}
	return last;
}

/* Sets the kind and size of a type, and the length of an array. layout_complete() sets the other parts. */
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

static int layout_complete_fields(struct layout *layout, struct type *type, struct error *err)
{
	struct field fields[LAYOUT_MAX_FIELDS], *copy;
	struct row_cursor cursor = { 0 };
	const struct layout_field *row;
	size_t count = 0;

	while ((row = next_field_row(layout, type->name, &cursor))) {
		const char *text;
		int r;

		if (!row_holds(layout, type->name, row->since, row->before, row->internal))
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
