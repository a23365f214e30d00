/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_SHAPE_MAKER_H
#define GOHTTPSNOOP_ABI_SHAPE_MAKER_H

#include "shape.h"

/* A shape in the making, and the plan that is to fill its cells; for the files whose names begin so. */
struct shape_maker {
	struct shape shape;
	struct shape_bounds bounds;
	struct plan_builder *builder;
	struct shape_gaps *gaps;
	struct error *err;
	size_t name_capacity;
	uint16_t first_cell; /* of the shape; those before are others' */
	uint8_t sources;     /* of the types of the capture that is being made */
	bool hides;	     /* what the expression leads to is secret */
	bool shows_type;     /* of that, and no more */
};

enum { SHAPE_WORD = 8 };

/* The structs a value is part of, the innermost first. */
struct shape_enclosing {
	const struct type *type;
	const struct shape_enclosing *outer;
};

/* Where a value stands in the tree: what it is called, how deep it is, and within which structs. */
struct shape_spot {
	const char *name;
	uint32_t hash; /* of its type, where an interface holds it */
	uint8_t depth, pointers;
	const struct shape_enclosing *enclosing;
};

/* Begins a node and returns its number; what is added until it is closed is below it. */
int maker_open(struct shape_maker *maker, enum shape_kind kind, struct shape_spot spot);
int maker_close(struct shape_maker *maker, int number);
struct shape_node *maker_node(struct shape_maker *maker, int number);

/* What was added since, nodes and cells, can be taken back. */
struct maker_mark {
	struct plan_mark plan;
	size_t node_count;
};

struct maker_mark maker_mark(const struct shape_maker *maker);
void maker_rewind(struct shape_maker *maker, struct maker_mark mark);

/* Keeps a name with the shape, and says where in its names it begins. */
int maker_add_name(struct shape_maker *maker, const char *name, uint16_t *ret_at);

/* Each returns the number of a new cell: of what is at a place, of a part of a value. */
int maker_add_cell(struct shape_maker *maker, struct plan_place place, enum cell_kind kind,
		   uint8_t size);
int maker_add_part(struct shape_maker *maker, const struct walk *walk, uint64_t offset,
		   enum cell_kind kind, uint8_t size);

/* Gives a node its cells and closes it; each of the numbers may be the error that there is none. */
int maker_set_cells(struct shape_maker *maker, int number, int cell, int second);

/* Adds the value a walk stands at, whatever it is; where it cannot be read, null. */
int value_add(struct shape_maker *maker, const struct walk *walk, struct shape_spot spot);

/* The same, but -ENODATA or -ENOTSUP where it cannot be read; and null. */
int value_add_kind(struct shape_maker *maker, const struct walk *walk, struct shape_spot spot);
int value_add_null(struct shape_maker *maker, struct shape_spot spot);

/* Bytes as a whole: a slice, or an array of a least one of them. */
bool is_bytes(const struct type *type);
int bytes_add_slice(struct shape_maker *maker, const struct walk *walk, struct shape_spot spot);
int bytes_add_array(struct shape_maker *maker, const struct walk *walk, struct shape_spot spot);

/* A value that is known by a text, or by a field of it; -ENOENT where it is none. */
int text_add(struct shape_maker *maker, const struct walk *walk, struct shape_spot spot);

/* A node, left open, of a pointer and the word `offset` bytes into what it leads to. */
int value_add_counted(struct shape_maker *maker, const struct walk *walk, enum shape_kind kind,
		      int32_t offset, struct shape_spot spot);

/* The cell that says whether there is a value in memory: the pointer that leads to it. */
int maker_add_presence(struct shape_maker *maker, const struct walk *walk);

/* Whether the redaction hides what an expression leads to; a field of a struct. */
bool secret_is_named(const struct redaction *redaction, const struct scope *scope,
		     const struct expression *expression);
bool secret_is_field(const struct redaction *redaction, const struct type *owner,
		     const char *field);

/* The field of the struct whose text says whether this field is secret: Name for Value. Or NULL. */
const char *secret_key_beside(const struct redaction *redaction, struct types *types,
			      const struct type *owner, const char *field);

/* A node, left open, for the value of a field beside that key. */
int secret_open_guard(struct shape_maker *maker, const struct walk *owner, const char *key,
		      struct shape_spot spot);

/* Adds a value that is not to be shown. */
int secret_add(struct shape_maker *maker, const struct walk *walk, struct shape_spot spot);

/* Adds a value that is shown by its type alone, see opaque.h. */
int opaque_add(struct shape_maker *maker, const struct walk *walk, struct shape_spot spot);

/* What an expression says beyond a value: the rest of its steps, and the value that they lead to. */
typedef int instance_rest(struct shape_maker *maker, struct walk *walk, struct shape_spot spot);

/*
 * Adds what an expression leads to from the parameter that the walk stands at. If the parameter's type depends on type
 * arguments, there is an alternative for each instance of the function; otherwise it is what `rest` adds.
 */
int instance_add(struct shape_maker *maker, struct walk *walk, struct shape_spot spot,
		 instance_rest *rest);

/* Where a generic function begins: adds the cells that say which types its results have, see struct shape. */
int instance_note_results(struct shape_maker *maker, const struct scope *scope);

/* Adds what an interface holds. */
int held_add(struct shape_maker *maker, const struct walk *walk, struct shape_spot spot);

/* The hash by which interfaces say that they hold this type; -ENODATA where they cannot. */
int held_hash(struct shape_maker *maker, const struct walk *interface, const struct type *type,
	      uint32_t *ret_hash);

/* Runs for each type an interface may hold; what a type does not allow is left out. */
typedef int held_alternative(struct shape_maker *maker, const struct walk *interface,
			     const struct type *type, struct shape_spot spot);
int held_add_alternatives(struct shape_maker *maker, const struct walk *walk, enum shape_kind kind,
			  struct shape_spot spot, held_alternative *add);

#endif
