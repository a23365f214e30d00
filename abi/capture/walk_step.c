/* SPDX-License-Identifier: MIT */
/* One step of an expression, and the error if the step is impossible. */
#include "walk_parts.h"

#include <stdio.h>

int walk_fail(const struct walk *walk, struct error *err, int code, const char *what)
{
	return expression_fail(err, code, walk->expression, walk->expression->steps[walk->step].at,
			       "%s", what);
}

int walk_fail_type(const struct walk *walk, struct error *err, int code, const char *format)
{
	char what[512];

	snprintf(what, sizeof(what), format, walk->type->name);
	return walk_fail(walk, err, code, what);
}

int walk_take_step(struct walk *walk, struct error *err)
{
	const struct expression_step *step = &walk->expression->steps[++walk->step];

	switch (step->kind) {
	case STEP_NAME:
		return walk_take_name(walk, step->name, err);
	case STEP_TYPE:
		return walk_take_type(walk, step->name, err);
	default:
		return walk_take_brackets(walk, step, err);
	}
}
