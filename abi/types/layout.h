/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_LAYOUT_H
#define GOHTTPSNOOP_ABI_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "library_copies.h"
#include "type.h"

/*
 * The rows of libraries (library.h) as types and signatures, for a range of releases. Only rows that are valid for the
 * whole range are used, so that a release that is not exactly known never gets a wrong offset. Struct types are
 * partial: they contain only the fields that have rows.
 */
struct layout;

/* Releases first <= version <= last. `assumed`: rows about unexported layouts are not used. */
int layout_create(uint32_t first, uint32_t last, bool assumed, struct layout **ret_layout,
		  struct error *err);
void layout_destroy(struct layout *layout);

/*
 * Sets the libraries whose rows are used beside those of Go itself. Rows of a library with a module refer to releases of
 * the module, not of Go, and apply to each copy. They must outlive the layout.
 */
void layout_set_libraries(struct layout *layout, const struct library_copies *libraries,
			  size_t count);

/* -ENODATA if no row describes the function for this range of releases. */
int layout_signature(struct layout *layout, const char *function,
		     const struct signature **ret_signature, struct error *err);

/*
 * The type that `notation` denotes: "*T", "[]T", "[N]T", "map[K]V", "func(…)…", "chan T", "<-chan
 * T", a builtin, or a dotted name with its import path ("net/url.URL"). A name without a row becomes a
 * type of unknown kind. -EINVAL if the notation is not a type.
 */
int layout_type(struct layout *layout, const char *notation, const struct type **ret_type,
		struct error *err);

/* Fills in the parts of a type that this layout made. -ENODATA if no row describes them. */
int layout_complete(struct layout *layout, const struct type *type, struct error *err);

/* Returns whether the field exists in some release of the range, but not at the same offset in all of them. */
bool layout_field_is_uncertain(const struct layout *layout, const char *type, const char *field);

#endif
