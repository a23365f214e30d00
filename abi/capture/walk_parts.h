/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_WALK_PARTS_H
#define GOHTTPSNOOP_ABI_WALK_PARTS_H

#include "walk.h"

/* What the steps of a walk have in common; for the files whose names begin so. */
enum {
	WALK_WORD = 8,
	WALK_MAX_DISPLACEMENT = 1 << 28, /* of a value within what one pointer leads to */
};

/* Fills `err` about the step that is being taken; "%s" in the format is the type it stands at. */
int walk_fail_type(const struct walk *walk, struct error *err, int code, const char *format);

struct plan_place walk_stack_pointer(const struct walk *walk);

/* Stands at the begin of what a source of the plan gives. */
void walk_enter(struct walk *walk, int source, const struct type *type);

/* Goes on within the value. */
int walk_advance(struct walk *walk, uint64_t offset, const struct type *type, struct error *err);

/* To what the word at `pointer` leads to; and through all pointers it stands at. */
int walk_follow_word(struct walk *walk, struct plan_place pointer, const struct type *type,
		     struct error *err);
int walk_follow_pointers(struct walk *walk, struct error *err);

/* Steps in brackets, and to what an interface holds. */
int walk_take_brackets(struct walk *walk, const struct expression_step *step, struct error *err);
int walk_take_type(struct walk *walk, const char *name, struct error *err);

#endif
