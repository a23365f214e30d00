/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_LAYOUT_ROWS_H
#define GOHTTPSNOOP_ABI_LAYOUT_ROWS_H

#include "arena.h"
#include "library_copies.h"

/*
 * The rows of Go itself and of libraries, as far as they are valid for a range of releases: first <= release <= last.
 * Nothing is copied: the libraries must outlive this value, and rows that are returned are those of the tables.
 */
struct layout_rows {
	uint32_t first, last;
	bool assumed; /* not verified for this range: rows about unexported layouts are not valid */
	const struct library_copies *libraries; /* besides Go itself */
	size_t library_count;
};

/* The position of a search through the rows of all libraries. All-zero is the beginning. */
struct row_cursor {
	size_t library; /* 0: Go itself; then the libraries */
	size_t row;	/* number of the next row in the library */
};

/*
 * Returns the row of a type. If no row is valid for the whole range, but the rows that are valid for parts of
 * the range agree on the kind, returns one of them. Only its kind is valid then: `ret_sized` is false. NULL
 * if there is none.
 */
const struct layout_type *layout_rows_type(const struct layout_rows *rows, const char *name,
					   bool *ret_sized);

/* Returns the next row about a field of the type that is valid for the whole range; NULL at the end. */
const struct layout_field *layout_rows_next_field(const struct layout_rows *rows, const char *type,
						  struct row_cursor *cursor);

/* Returns whether a row about the field is valid for at least a part of the range. */
bool layout_rows_have_field(const struct layout_rows *rows, const char *type, const char *field);

/*
 * Returns the row of a function, NULL if there is none. For a release that is newer than the rows, assumes
 * that the function still has the parameters of its last row.
 */
const struct layout_function *layout_rows_function(const struct layout_rows *rows,
						   const char *name);

/*
 * Returns the text of a row about `name`: types, in the notation of layout_type(). If `name` belongs to a vendored copy of
 * a module, the names of the module in the text get the copy's prefix, in a copy of the text that the arena owns. NULL: no
 * memory.
 */
const char *layout_rows_text(const struct layout_rows *rows, const char *name, const char *text,
			     struct arena *arena);

#endif
