/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_SHAPE_TEXT_H
#define GOHTTPSNOOP_ABI_SHAPE_TEXT_H

#include "shape_maker.h"

/*
 * Parts of values that are shown as text. The functions return -ENOENT if the layout of the type in the
 * binary is not that of the source code of its package.
 */

/*
 * Moves to the field of this name. Returns false unless the field has this kind and size; size 0: any size.
 */
bool text_enter(struct walk *walk, const char *name, enum type_kind kind, uint64_t size);

/* Moves to the target of a field that is a pointer. */
int text_enter_pointer(struct shape_maker *maker, struct walk *walk, const char *name);

/* Adds a field of the struct as the next part of the open text. */
int text_add_part(struct shape_maker *maker, const struct walk *owner, const char *name,
		  enum type_kind kind, uint64_t size);

/*
 * text_open() opens a node for a text and returns its number. text_close() closes it, unless `result` is an
 * error, and returns `result` then.
 */
int text_open(struct shape_maker *maker, enum text_form form, struct shape_position position);
int text_close(struct shape_maker *maker, int node, int result);

int netip_add_address(struct shape_maker *maker, const struct walk *walk,
		      struct shape_position position);
int netip_add_port(struct shape_maker *maker, const struct walk *walk,
		   struct shape_position position);
int netip_add_prefix(struct shape_maker *maker, const struct walk *walk,
		     struct shape_position position);
int url_add(struct shape_maker *maker, const struct walk *walk, struct shape_position position);

#endif
