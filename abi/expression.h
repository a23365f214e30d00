/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_EXPRESSION_H
#define GOHTTPSNOOP_ABI_EXPRESSION_H

#include <stddef.h>

#include "error.h"

#define EXPRESSION_MAX_STEPS 16
#define EXPRESSION_MAX_TEXT 256
#define EXPRESSION_MAX_NAME 64

/*
 * A capture expression, `parameter.field.field`, taken apart: the first step names a parameter (or
 * `g`, the goroutine), each other a field. Pointers are followed on the way, as Go's selectors do.
 */
struct expression_step {
	char name[EXPRESSION_MAX_NAME];
	size_t at; /* where in the text it begins */
};

struct expression {
	char text[EXPRESSION_MAX_TEXT];
	struct expression_step steps[EXPRESSION_MAX_STEPS];
	size_t step_count; /* at least 1 */
};

/*
 * -EINVAL when the text is no expression, with the place in it; -E2BIG when it, a name in it or the
 * number of its steps exceeds what is bounded above.
 */
int expression_parse(const char *text, struct expression *ret_expression, struct error *err);

/* Fills `err` about the place `at` in the expression: the text, a caret below it, and why. */
int expression_fail(struct error *err, int code, const struct expression *expression, size_t at,
		    const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
