/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_LAYOUT_H
#define GOHTTPSNOOP_ABI_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "library_copies.h"
#include "type.h"

/*
 * The rows of libraries (library.h) as types and signatures, for a range of releases. Only rows that are
 * valid for the whole range are used, so that a binary whose release is not exactly known never gets a wrong
 * offset. Struct types are partial: they contain only the fields that have rows.
 */
struct layout;

/*
 * The range is first <= version <= last. `assumed`: the rows were not verified for this range. Then rows
 * about unexported layouts are not used, and types are marked as assumed.
 */
int layout_create(uint32_t first, uint32_t last, bool assumed, struct layout **ret_layout,
		  struct error *err);
void layout_destroy(struct layout *layout);

/*
 * Sets the libraries whose rows are used in addition to those of Go itself. They must outlive the layout. If
 * a library has a module, its rows refer to releases of the module, not of Go, and apply to each copy.
 */
void layout_set_libraries(struct layout *layout, const struct library_copies *libraries,
			  size_t count);

/* Returns the signature of a function; the layout owns it. -ENODATA if no row holds for the whole range. */
int layout_signature(struct layout *layout, const char *function,
		     const struct signature **ret_signature, struct error *err);

/*
 * Returns the type that `notation` denotes; the layout owns it. A notation is "*T", "[]T", "[N]T", "map[K]V",
 * "func(…)…", "chan T", "<-chan T", a builtin, or a dotted name with its import path ("net/url.URL"). A name
 * without a row becomes a type of unknown kind. -EINVAL if the notation is not a type.
 */
int layout_type(struct layout *layout, const char *notation, const struct type **ret_type,
		struct error *err);

/* Fills in the parts of a type that this layout made. -ENODATA if no row describes them. */
int layout_complete(struct layout *layout, const struct type *type, struct error *err);

/*
 * Returns whether any row describes the field for a part of the range of releases. If layout_complete() did
 * not return the field, this means that the field may exist, but is not the same in all these releases.
 */
bool layout_field_is_uncertain(const struct layout *layout, const char *type, const char *field);

#endif
