/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_WALK_PARTS_H
#define GOHTTPSNOOP_ABI_WALK_PARTS_H

#include "walk.h"

/* Common functions of walks, for the files walk_*.c. */
enum {
	WALK_WORD = 8,
	WALK_MAX_DISPLACEMENT = 1 << 28, /* of a value from the pointer that leads to it */
};

/* Fills `err` for the current step and returns `code`. "%s" in the format is the current type. */
int walk_fail_type(const struct walk *walk, struct error *err, int code, const char *format);

struct plan_place walk_stack_pointer(const struct walk *walk);

/* Moves to the begin of a source of the plan. */
void walk_enter(struct walk *walk, int source, const struct type *type);

/* Moves to the part at `offset` of the current value. */
int walk_advance(struct walk *walk, uint64_t offset, const struct type *type, struct error *err);

/*
 * walk_follow_word() moves to the target of the pointer at the place `pointer`. walk_follow_pointers()
 * follows pointers until the current value is not a pointer.
 */
int walk_follow_word(struct walk *walk, struct plan_place pointer, const struct type *type,
		     struct error *err);
int walk_follow_pointers(struct walk *walk, struct error *err);

/*
 * walk_take_brackets() takes a step in brackets. walk_take_type() moves to the value in an interface if its
 * dynamic type has this name, and converts an unsafe.Pointer to the pointer type with this name.
 */
int walk_take_brackets(struct walk *walk, const struct expression_step *step, struct error *err);
int walk_take_type(struct walk *walk, const char *name, struct error *err);

#endif
