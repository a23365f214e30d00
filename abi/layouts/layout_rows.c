/* SPDX-License-Identifier: MIT */
#include "layout_rows.h"

#include <string.h>

#include "layout_table.h"
#include "vendored.h"

static const struct library *library_at(const struct layout_rows *rows, size_t index)
{
	if (index == 0)
		return &go_library;
	return index <= rows->library_count ? rows->libraries[index - 1].library : NULL;
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
static const struct layout_type *next_type_row(const struct layout_rows *rows, const char *name,
					       struct row_cursor *cursor)
{
	const struct library *library;

	for (; (library = library_at(rows, cursor->library)); cursor->library++, cursor->row = 0) {
		while (HAS_LAYOUT_TABLE && cursor->row < library->type_count) {
			const struct layout_type *row = &library->types[cursor->row++];

			if (row_is_about(library, row->type, name))
				return row;
		}
	}
	return NULL;
}

static const struct layout_field *next_field_row(const struct layout_rows *rows, const char *type,
						 struct row_cursor *cursor)
{
	const struct library *library;

	for (; (library = library_at(rows, cursor->library)); cursor->library++, cursor->row = 0) {
		while (HAS_LAYOUT_TABLE && cursor->row < library->field_count) {
			const struct layout_field *row = &library->fields[cursor->row++];

			if (row_is_about(library, row->type, type))
				return row;
		}
	}
	return NULL;
}

static const struct layout_function *
next_function_row(const struct layout_rows *rows, const char *function, struct row_cursor *cursor)
{
	const struct library *library;

	for (; (library = library_at(rows, cursor->library)); cursor->library++, cursor->row = 0) {
		while (cursor->row < library->function_count) {
			const struct layout_function *row = &library->functions[cursor->row++];

			if (row_is_about(library, row->function, function))
				return row;
		}
	}
	return NULL;
}

/* Returns the copies of the library whose module has the type or function. NULL: part of Go, or unknown. */
static const struct library_copies *module_of(const struct layout_rows *rows, const char *name)
{
	for (size_t i = 0; i < rows->library_count; i++) {
		if (library_has(rows->libraries[i].library, name))
			return &rows->libraries[i];
	}
	return NULL;
}

/*
 * Returns whether a row about `name` is valid for the whole range of releases. The rows of a module end with
 * the newest verified release of the module, so they need no assumption whichever Go release is used.
 */
static bool row_holds(const struct layout_rows *rows, const char *name, uint32_t since,
		      uint32_t before, bool internal)
{
	const struct library_copies *module = module_of(rows, name);

	if (module) {
		uint32_t release = library_copies_release(module, name);

		return since <= release && release < before;
	}
	return since <= rows->first && rows->last < before && !(internal && rows->assumed);
}

/*
 * Returns whether the row is valid for at least one release of the range. The release of a module is known
 * exactly or not at all, so it is no range.
 */
static bool row_touches(const struct layout_rows *rows, const char *name, uint32_t since,
			uint32_t before, bool internal)
{
	if (module_of(rows, name))
		return row_holds(rows, name, since, before, internal);
	return since <= rows->last && rows->first < before && !(internal && rows->assumed);
}

/* Returns a copy of `text`, with `prefix_size` bytes of `prefix` before each `part`. NULL: no memory. */
static const char *text_with_prefixes(struct arena *arena, const char *text, const char *part,
				      const char *prefix, size_t prefix_size)
{
	size_t size = strlen(text), part_size = strlen(part), count = 0;
	char *copy, *end;

	for (const char *at = text; (at = strstr(at, part)); at++)
		count++;
	copy = end = arena_alloc(arena, size + count * prefix_size + 1, 1);
	for (const char *at = text; copy && *at; at++) {
		if (strncmp(at, part, part_size) == 0) {
			memcpy(end, prefix, prefix_size);
			end += prefix_size;
		}
		*end++ = *at;
	}
	return copy;
}

const char *layout_rows_text(const struct layout_rows *rows, const char *name, const char *text,
			     struct arena *arena)
{
	const struct library_copies *module = module_of(rows, name);
	size_t prefix = module ? (size_t)(vendored_skip_prefix(name) - name) : 0;

	return prefix ? text_with_prefixes(arena, text, module->library->module, name, prefix) :
			text;
}

const struct layout_type *layout_rows_type(const struct layout_rows *rows, const char *name,
					   bool *ret_sized)
{
	const struct layout_type *part = NULL, *row;
	struct row_cursor cursor = { 0 };
	bool agree = true;

	*ret_sized = true;
	while ((row = next_type_row(rows, name, &cursor))) {
		if (row_holds(rows, name, row->since, row->before, row->internal))
			return row;
		if (!row_touches(rows, name, row->since, row->before, row->internal))
			continue;
		agree = agree && (!part || strcmp(part->kind, row->kind) == 0);
		part = row;
	}
	*ret_sized = false;
	return agree ? part : NULL;
}

const struct layout_field *layout_rows_next_field(const struct layout_rows *rows, const char *type,
						  struct row_cursor *cursor)
{
	const struct layout_field *row;

	while ((row = next_field_row(rows, type, cursor))) {
		if (row_holds(rows, type, row->since, row->before, row->internal))
			return row;
	}
	return NULL;
}

bool layout_rows_have_field(const struct layout_rows *rows, const char *type, const char *field)
{
	struct row_cursor cursor = { 0 };
	const struct layout_field *row;

	while ((row = next_field_row(rows, type, &cursor))) {
		if (strcmp(row->field, field) == 0 &&
		    row_touches(rows, type, row->since, row->before, row->internal))
			return true;
	}
	return false;
}

const struct layout_function *layout_rows_function(const struct layout_rows *rows, const char *name)
{
	const struct layout_function *last = NULL, *row;
	struct row_cursor cursor = { 0 };

	while ((row = next_function_row(rows, name, &cursor))) {
		if (row_holds(rows, name, row->since, row->before, false))
			return row;
		if (rows->assumed && row->since <= rows->first)
			last = row;
	}
	return last;
}
