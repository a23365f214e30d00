/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_SHAPE_MAKER_H
#define GOHTTPSNOOP_ABI_SHAPE_MAKER_H

#include "shape.h"

/* The state while a shape and the plan for its cells are composed. For the files shape_*.c. */
struct shape_maker {
	struct shape shape;
	struct shape_bounds bounds;
	struct plan_builder *builder;
	struct shape_gaps *gaps;
	struct error *err;
	size_t name_capacity;
	uint16_t first_cell; /* first cell of the shape; earlier cells belong to captures */
	uint8_t sources;     /* sources of the types of the current capture */
	bool hides;	     /* the value of the current expression is secret */
	bool shows_type;     /* show only the type of the value */
};

enum { SHAPE_WORD = 8 };

/* The structs that contain a value, innermost first. */
struct shape_enclosing {
	const struct type *type;
	const struct shape_enclosing *outer;
};

/* The position of a value in the tree: its name, its depth, and the structs that contain it. */
struct shape_position {
	const char *name;
	uint32_t hash; /* hash of the value's type, if the value is in an interface */
	uint8_t depth, pointers;
	const struct shape_enclosing *enclosing;
};

/*
 * maker_open() begins a node and returns its number. All nodes that are added until maker_close() are below
 * it. maker_close() returns 0.
 */
int maker_open(struct shape_maker *maker, enum shape_kind kind, struct shape_position position);
int maker_close(struct shape_maker *maker, int number);
struct shape_node *maker_node(struct shape_maker *maker, int number);

/* A state to which nodes and cells can be rewound. */
struct maker_mark {
	struct plan_mark plan;
	size_t node_count;
};

struct maker_mark maker_mark(const struct shape_maker *maker);
void maker_rewind(struct shape_maker *maker, struct maker_mark mark);

/* Copies a name to the names of the shape, and stores its offset there. */
int maker_add_name(struct shape_maker *maker, const char *name, uint16_t *ret_at);

/* Return the number of a new cell: for the value at a place, for the part at `offset` of the walk's value. */
int maker_add_cell(struct shape_maker *maker, struct plan_place place, enum cell_kind kind,
		   uint8_t size);
int maker_add_part(struct shape_maker *maker, const struct walk *walk, uint64_t offset,
		   enum cell_kind kind, uint8_t size);

/*
 * Sets the cells of a node and closes it. Each of the numbers may be a negative errno, which is then
 * returned.
 */
int maker_set_cells(struct shape_maker *maker, int number, int cell, int second);

/* Adds the current value of a walk, of any kind. Adds null if the value cannot be read. */
int value_add(struct shape_maker *maker, const struct walk *walk, struct shape_position position);

/*
 * value_add_kind() is the same, but returns -ENODATA or -ENOTSUP if the value cannot be read.
 * value_add_null() adds null.
 */
int value_add_kind(struct shape_maker *maker, const struct walk *walk,
		   struct shape_position position);
int value_add_null(struct shape_maker *maker, struct shape_position position);

/* Bytes that are captured as a whole: a slice of bytes, or an array of at least one byte. */
bool is_bytes(const struct type *type);
int bytes_add_slice(struct shape_maker *maker, const struct walk *walk,
		    struct shape_position position);
int bytes_add_array(struct shape_maker *maker, const struct walk *walk,
		    struct shape_position position);

/* Adds a value that is shown as text, or as one of its fields; -ENOENT if its type is not such a type. */
int text_add(struct shape_maker *maker, const struct walk *walk, struct shape_position position);

/*
 * Opens a node with two cells: a pointer, and the word at `offset` in the memory to which it points. Returns
 * the node's number.
 */
int value_add_counted(struct shape_maker *maker, const struct walk *walk, enum shape_kind kind,
		      int32_t offset, struct shape_position position);

/*
 * Adds a cell that tells whether a value in memory exists: the pointer that leads to it. Returns its number.
 */
int maker_add_presence(struct shape_maker *maker, const struct walk *walk);

/* Return whether the redaction hides the value of an expression; a field of a struct. */
bool secret_is_named(const struct redaction *redaction, const struct scope *scope,
		     const struct expression *expression);
bool secret_is_field(const struct redaction *redaction, const struct type *owner,
		     const char *field);

/*
 * Returns the name of the field next to `field` whose text decides whether `field` is secret (Name for
 * Value); or NULL.
 */
const char *secret_key_beside(const struct redaction *redaction, struct types *types,
			      const struct type *owner, const char *field);

/* Opens a node for the value next to the field `key`. Returns the node's number. */
int secret_open_guard(struct shape_maker *maker, const struct walk *owner, const char *key,
		      struct shape_position position);

/* Adds a value that is hidden. */
int secret_add(struct shape_maker *maker, const struct walk *walk, struct shape_position position);

/* Adds a value of which only the type is shown, see opaque.h. */
int opaque_add(struct shape_maker *maker, const struct walk *walk, struct shape_position position);

/* Takes the remaining steps of the walk's expression, and adds the value to which they lead. */
typedef int instance_rest(struct shape_maker *maker, struct walk *walk,
			  struct shape_position position);

/*
 * Adds the value of an expression, from the parameter at which the walk is. If the parameter's type depends
 * on type arguments, adds an alternative for each instance of the function; otherwise only calls `rest`.
 */
int instance_add(struct shape_maker *maker, struct walk *walk, struct shape_position position,
		 instance_rest *rest);

/*
 * At the begin of a generic function: adds the cells with the types of its results, see result_hashes in
 * shape.h.
 */
int instance_note_results(struct shape_maker *maker, const struct scope *scope);

/* Adds the value in the current interface. */
int held_add(struct shape_maker *maker, const struct walk *walk, struct shape_position position);

/* Adds the name of the dynamic type of an interface. Returns 0 or a negative errno. */
int held_add_type_name(struct shape_maker *maker, const struct walk *walk,
		       struct shape_position position);

/*
 * Returns the hash that interfaces with this dynamic type contain; -ENODATA if the hash does not identify the
 * type.
 */
int held_hash(struct shape_maker *maker, const struct walk *interface, const struct type *type,
	      uint32_t *ret_hash);

/* Adds the alternative for one dynamic type of an interface. Alternatives that fail are left out. */
typedef int held_alternative(struct shape_maker *maker, const struct walk *interface,
			     const struct type *type, struct shape_position position);
int held_add_alternatives(struct shape_maker *maker, const struct walk *walk, enum shape_kind kind,
			  struct shape_position position, held_alternative *add);

#endif
