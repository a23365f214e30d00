/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_LAYOUT_H
#define GOHTTPSNOOP_ABI_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "layout_table.h"
#include "type.h"
#include "x_net.h"

/*
 * The rows of the layout table as types and signatures, for one release or a span of them. Only
 * rows that hold for the whole span are seen, so that a release known only roughly yields no
 * wrong offset. Struct types are partial: they have the fields that have rows.
 */
struct layout;

/* Releases first <= version <= last. `assumed`: rows about unexported layouts are not seen. */
int layout_create(uint32_t first, uint32_t last, bool assumed, struct layout **ret_layout,
		  struct error *err);
void layout_destroy(struct layout *layout);

/*
 * Says which copies of golang.org/x/net are in the binary; without it no row about the module holds. Rows
 * about it count its releases, not Go's, and are about each of the copies.
 */
void layout_set_x_net(struct layout *layout, const struct x_net *x_net);

/* -ENODATA when no row describes the function for this span of releases. */
int layout_signature(struct layout *layout, const char *function,
		     const struct signature **ret_signature, struct error *err);

/*
 * The type that `notation` denotes: "*T", "[]T", "[N]T", "map[K]V", "func(…)…", "chan T", "<-chan
 * T", a builtin, or a dotted name with its import path ("net/url.URL"). A name without a row is a
 * type of unknown kind. -EINVAL when it is no type at all.
 */
int layout_type(struct layout *layout, const char *notation, const struct type **ret_type,
		struct error *err);

/* Fills in the parts of a type that this layout made; -ENODATA when no row knows them. */
int layout_complete(struct layout *layout, const struct type *type, struct error *err);

/* Whether the field exists in some release of the span, but not at one known place in all of them. */
bool layout_field_is_uncertain(const struct layout *layout, const char *type, const char *field);

#endif
