/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_WALK_H
#define GOHTTPSNOOP_ABI_WALK_H

#include "expression.h"
#include "map_layout.h"
#include "plan.h"
#include "scope.h"

/*
 * A walk goes from a parameter to a value, step by step, and adds to the builder what must be read to get the
 * value. The current value is in memory, at `place`; or in registers, in the part of the parameter's
 * `location` that begins at `offset`. A copy of a walk is an independent walk from the current value.
 */
struct walk {
	const struct scope *scope;
	const struct expression *expression; /* for error messages */
	size_t step;			     /* index of the current step of the expression */
	struct plan_builder *builder;
	const struct type *type;
	struct plan_place place;
	struct location location;
	uint64_t offset;
	/* the parameter or result at which the walk began; NULL: neither */
	const struct parameter *parameter;
	uint8_t sources; /* sources of the types whose layouts were used, see type_source.h */
};

/*
 * The functions below return a negative errno, and explain it in `err`, if the step is impossible: -ENOENT if
 * there is no such parameter or field, -EINVAL if the current type does not allow the step, -ENODATA if a
 * type on the way is not described, -ENOTSUP if the value cannot be reached, -E2BIG if the plan is full.
 */

/* Begins a walk at the meaning of the expression's first step in the scope. */
int walk_begin(struct walk *walk, const struct scope *scope, const struct expression *expression,
	       struct plan_builder *builder, struct error *err);

/* Takes the expression's next step. Follows pointers on the way; looks up a key in a map. */
int walk_take_step(struct walk *walk, struct error *err);

/* Moves to the field, or to the word of an interface, with this name. Follows pointers on the way. */
int walk_take_name(struct walk *walk, const char *name, struct error *err);

/* Moves to the target of the current pointer. */
int walk_follow(struct walk *walk, struct error *err);

/* Move to a field of the current struct; to an element of the current array, slice or string. */
int walk_to_field(struct walk *walk, const struct field *field, struct error *err);
int walk_to_element(struct walk *walk, uint64_t index, struct error *err);

/* Moves to the value in the current interface, if its dynamic type is `held`. */
int walk_to_held(struct walk *walk, const struct type *held, struct error *err);

/* Returns walks to the key and to the element of entry `index`, in memory order, of the current map. */
int walk_to_entry(const struct walk *walk, uint64_t index, struct walk *ret_key,
		  struct walk *ret_element, struct error *err);

/* Returns the place of the machine word at `offset` in the current value. */
int walk_word(const struct walk *walk, uint64_t offset, struct plan_place *ret_place,
	      struct error *err);

/* Returns the place of the whole current value, with as many words as its kind has. */
int walk_place(const struct walk *walk, struct plan_place *ret_place, struct error *err);

/* Returns the place of the hash of the dynamic type of the current interface. */
int walk_type_hash(const struct walk *walk, struct plan_place *ret_place, struct error *err);

/*
 * Returns two places: of the pointer to the dictionary of the running instance of the generic function, and
 * of the hash of the actual type of the parameter at which the walk began. -ENOENT if the function has no
 * dictionary parameter.
 */
int walk_to_dictionary(const struct walk *walk, struct plan_place *ret_dictionary,
		       struct plan_place *ret_hash, struct error *err);

/*
 * Returns the place of the first word of a variable of the program. The place is relative to the probed
 * instruction. -ENODATA if the binary has no symbol of this name, or if the probe is on several instructions.
 */
int walk_to_variable(const struct walk *walk, const char *name, struct plan_place *ret_place,
		     struct error *err);

/*
 * Returns whether the current value, or the value to which it points, has such a field, its own or a promoted
 * one.
 */
bool walk_has_field(const struct walk *walk, const char *name);

/*
 * Returns the struct that declares the field: for a promoted field, the embedded struct. NULL if there is no
 * such field.
 */
const struct type *walk_field_owner(const struct walk *walk, const char *name);

/* Fills `err` for the current step and returns `code`. */
int walk_fail(const struct walk *walk, struct error *err, int code, const char *what);

#endif
