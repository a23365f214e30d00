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
 * A capture expression as a tree. It is parsed once, from the user's text. The first step is a name, which
 * the scope of a probe resolves to a value (scope.h). Each further step leads to a part of the value before.
 * Pointers are followed implicitly, as by Go's selectors. docs/expressions.md describes the language.
 */
enum expression_step_kind {
	STEP_NAME,  /* .name: a field; as the first step, the root */
	STEP_INDEX, /* [7]: an element of an array, slice or string, or of a map with integer keys */
	STEP_KEY,   /* ["key"]: an element of a map with string keys */
	STEP_TYPE,  /* .(type): the value in an interface, if it has this type */
};

struct expression_step {
	enum expression_step_kind kind;
	char name[EXPRESSION_MAX_NAME]; /* of NAME and TYPE; NUL terminated */
	char key[EXPRESSION_MAX_KEY];	/* of KEY; any bytes, not NUL terminated */
	size_t key_size;
	uint64_t index; /* of INDEX; in two's complement if `negative` */
	bool negative;
	size_t at; /* offset of the step in the text */
};

/* What to capture of the value: the value itself, its length or its capacity. */
enum expression_measure { MEASURE_NONE, MEASURE_LEN, MEASURE_CAP, MEASURE_TYPE };

struct expression {
	char text[EXPRESSION_MAX_TEXT]; /* as the user wrote it, with "name=" if it was given */
	char name[EXPRESSION_MAX_TEXT]; /* of the value in events: the given name, otherwise `text` */
	enum expression_measure measure;
	struct expression_step steps[EXPRESSION_MAX_STEPS];
	size_t step_count; /* at least 1 */
};

/*
 * Parses an expression. Returns -EINVAL if the text is not an expression, -E2BIG if the text, a name, a key
 * or the number of steps exceeds a limit above. `err` then quotes the text with the wrong part, unless the
 * text is too long.
 */
int expression_parse(const char *text, struct expression *ret_expression, struct error *err);

/*
 * Builds an expression from its parts: expression_make() sets the root, and each further call appends a step.
 * `text` is the user's text for it, which diagnostics quote; it is also the name of the value. Returns -E2BIG
 * if a part exceeds a limit above.
 */
int expression_make(struct expression *ret_expression, const char *text, const char *root,
		    struct error *err);
int expression_add_field(struct expression *expression, const char *name, struct error *err);
int expression_add_key(struct expression *expression, const char *key, struct error *err);

/* Returns -EINVAL if two of the expressions have the same name. */
int expressions_check_names(const struct expression *expressions, size_t count, struct error *err);

/* Returns whether both expressions capture the same value; ignores their names. */
bool expression_equal(const struct expression *a, const struct expression *b);

/* Fills `err` with an error at offset `at` of the expression's text, and quotes the text. Returns `code`. */
int expression_fail(struct error *err, int code, const struct expression *expression, size_t at,
		    const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Returns the offset after the closing quote of the string that begins at `at`; 0 if it is not closed. */
size_t expression_quoted_end(const char *text, size_t at);

#endif
