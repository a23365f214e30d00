/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_EXPRESSION_H
#define GOHTTPSNOOP_ABI_EXPRESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

#define EXPRESSION_MAX_STEPS 16
#define EXPRESSION_MAX_TEXT 256
#define EXPRESSION_MAX_NAME 128
#define EXPRESSION_MAX_KEY 64

/*
 * A capture expression as a tree, parsed once, where the user's text comes in. The first step is a name
 * that the scope of a probe gives a meaning (scope.h); the others lead on from there. Pointers are followed on the way, as Go's selectors do. docs/expressions.md
 * has the language.
 */
enum expression_step_kind {
	STEP_NAME,  /* .name: a field; or the root */
	STEP_INDEX, /* [7]: an element of an array, slice or string, or of a map with integer keys */
	STEP_KEY,   /* ["key"]: an element of a map with string keys */
	STEP_TYPE,  /* .(type): what an interface holds */
};

struct expression_step {
	enum expression_step_kind kind;
	char name[EXPRESSION_MAX_NAME]; /* NAME, TYPE */
	char key[EXPRESSION_MAX_KEY];	/* KEY; any bytes */
	size_t key_size;
	uint64_t index; /* INDEX; two's complement */
	bool negative;	/* INDEX */
	size_t at;	/* where in the text it begins */
};

/* What of the value is wanted. */
enum expression_measure { MEASURE_NONE, MEASURE_LEN, MEASURE_CAP };

struct expression {
	char text[EXPRESSION_MAX_TEXT]; /* all of it, the name included */
	char name[EXPRESSION_MAX_TEXT]; /* what the value is to be called: as given, else the text */
	enum expression_measure measure;
	struct expression_step steps[EXPRESSION_MAX_STEPS];
	size_t step_count; /* at least 1 */
};

/*
 * -EINVAL when the text is no expression, with the place in it; -E2BIG when it, a name in it or the
 * number of its steps exceeds what is bounded above.
 */
int expression_parse(const char *text, struct expression *ret_expression, struct error *err);

/*
 * A tree made from its parts: a root, then its steps. Diagnostics quote `text`, what the user wrote to get
 * it; it is also the name of the value. -E2BIG when a part exceeds the bounds above.
 */
int expression_make(struct expression *ret_expression, const char *text, const char *root,
		    struct error *err);
int expression_add_field(struct expression *expression, const char *name, struct error *err);
int expression_add_key(struct expression *expression, const char *key, struct error *err);

/* -EINVAL when two of them give their values the same name. */
int expressions_check_names(const struct expression *expressions, size_t count, struct error *err);

/* Whether both lead to the same value, whatever it is to be called. */
bool expression_equal(const struct expression *a, const struct expression *b);

/* Fills `err` about the place `at` in the expression, and quotes it. */
int expression_fail(struct error *err, int code, const struct expression *expression, size_t at,
		    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Where in the text a quoted string ends, given the place of its first quote; 0 when it does not. */
size_t expression_quoted_end(const char *text, size_t at);

#endif
