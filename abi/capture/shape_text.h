/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_SHAPE_TEXT_H
#define GOHTTPSNOOP_ABI_SHAPE_TEXT_H

#include "shape_maker.h"

/*
 * What the texts of values are made of, and how they are added. Each returns -ENOENT where the type does not
 * lie in memory as the source of its package has it.
 */

/* Goes to a field of a struct, if it has one of this name, kind and size; 0: any size. */
bool text_enter(struct walk *walk, const char *name, enum type_kind kind, uint64_t size);

/* Goes to what a field that is a pointer leads to. */
int text_enter_pointer(struct shape_maker *maker, struct walk *walk, const char *name);

/* Adds a field of the struct as a part of a text that was opened. */
int text_add_part(struct shape_maker *maker, const struct walk *owner, const char *name,
		  enum type_kind kind, uint64_t size);

/* A node for a text, left open; closing it hands on a result that is an error. */
int text_open(struct shape_maker *maker, enum text_form form, struct shape_spot spot);
int text_close(struct shape_maker *maker, int node, int result);

int netip_add_address(struct shape_maker *maker, const struct walk *walk, struct shape_spot spot);
int netip_add_port(struct shape_maker *maker, const struct walk *walk, struct shape_spot spot);
int netip_add_prefix(struct shape_maker *maker, const struct walk *walk, struct shape_spot spot);
int url_add(struct shape_maker *maker, const struct walk *walk, struct shape_spot spot);

#endif
