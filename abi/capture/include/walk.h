/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_WALK_H
#define GOHTTPSNOOP_ABI_WALK_H

#include "expression.h"
#include "map_layout.h"
#include "plan.h"
#include "scope.h"

/*
 * A walk goes from a parameter to a value, step by step, and leaves in the builder what reading that
 * value needs. It stands at a value in memory (`place` says where) or in registers: then at the part of
 * the parameter's `location` that begins `offset` bytes into it. A copy is another walk from there.
 */
struct walk {
	const struct scope *scope;
	const struct expression *expression; /* for what is said of errors */
	size_t step;			     /* of the expression, that is being taken */
	struct plan_builder *builder;
	const struct type *type;
	struct plan_place place;
	struct location location;
	uint64_t offset;
	const struct parameter *parameter; /* whose value it began at; NULL: another's */
	uint8_t sources; /* of the types whose layouts led there, see type_source.h */
};

/*
 * Each is negative when the step cannot be taken, and says why: -ENOENT when there is no such parameter
 * or field, -EINVAL when the type is not one to take that step from, -ENODATA when a type on the way is
 * not described, -ENOTSUP when the value cannot be reached, -E2BIG when the plan is full.
 */

/* To what the expression's first step stands for in the scope. */
int walk_begin(struct walk *walk, const struct scope *scope, const struct expression *expression,
	       struct plan_builder *builder, struct error *err);

/* As the expression's next step says: its pointers are followed, its key looked for. */
int walk_take_step(struct walk *walk, struct error *err);

/* The same for a field, or a word of an interface, of this name. */
int walk_take_name(struct walk *walk, const char *name, struct error *err);

/* To what the pointer it stands at leads to. */
int walk_follow(struct walk *walk, struct error *err);

/* To a field of the struct, an element of the array, slice or string, it stands at. */
int walk_to_field(struct walk *walk, const struct field *field, struct error *err);
int walk_to_element(struct walk *walk, uint64_t index, struct error *err);

/* To what the interface it stands at holds, if that is a value of type `held`. */
int walk_to_held(struct walk *walk, const struct type *held, struct error *err);

/* To the key and to the element of the entry number `index`, in memory order, of the map it stands at. */
int walk_to_entry(const struct walk *walk, uint64_t index, struct walk *ret_key,
		  struct walk *ret_element, struct error *err);

/* The place of one machine word of the value it stands at. */
int walk_word(const struct walk *walk, uint64_t offset, struct plan_place *ret_place,
	      struct error *err);

/* The place of the whole value, which has as many words as its kind takes. */
int walk_place(const struct walk *walk, struct plan_place *ret_place, struct error *err);

/* The place of the hash of the type of what the interface it stands at holds. */
int walk_type_hash(const struct walk *walk, struct plan_place *ret_place, struct error *err);

/*
 * The places of the pointer to the dictionary of the generic function's instance that runs, and of the hash of the type
 * that the parameter has there at which the walk began. -ENOENT when the function gets no dictionary.
 */
int walk_to_dictionary(const struct walk *walk, struct plan_place *ret_dictionary,
		       struct plan_place *ret_hash, struct error *err);

/*
 * The place of the first word of a variable of the program. -ENODATA when the binary does not name it, or the
 * probe is on several instructions: it is found from where that is.
 */
int walk_to_variable(const struct walk *walk, const char *name, struct plan_place *ret_place,
		     struct error *err);

/* Whether what it stands at, or points to, has such a field, its own or promoted. */
bool walk_has_field(const struct walk *walk, const char *name);

/* The struct that has the field itself, where it is promoted from one; NULL when there is no such field. */
const struct type *walk_field_owner(const struct walk *walk, const char *name);

/* Fills `err` about the step that is being taken. */
int walk_fail(const struct walk *walk, struct error *err, int code, const char *what);

#endif
