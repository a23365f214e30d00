/* SPDX-License-Identifier: MIT */
/* Fuzzes the parser of function signatures, which users write. */
#include <errno.h>
#include <string.h>

#include "declaration.h"
#include "fuzz.h"

enum { MAX_NAME = 4 * DECLARATION_MAX_TEXT + 64 };

static void check_type(const struct declared_type *type, size_t text_size, int depth);

static void check_list(const struct declared_list *list, size_t text_size, int depth)
{
	HOLDS(list->count <= DECLARATION_MAX_PARAMETERS);
	for (size_t i = 0; i < list->count; i++) {
		HOLDS(list->fields[i].name && list->fields[i].type);
		HOLDS(!list->fields[i].embedded || list->fields[i].name[0]);
		check_type(list->fields[i].type, text_size, depth);
	}
}

static void check_type(const struct declared_type *type, size_t text_size, int depth)
{
	bool has_element = type->kind == DECLARED_POINTER || type->kind == DECLARED_SLICE ||
			   type->kind == DECLARED_ARRAY || type->kind == DECLARED_MAP ||
			   type->kind == DECLARED_CHAN;

	HOLDS(depth < DECLARATION_MAX_DEPTH + 2);
	HOLDS(type->kind >= DECLARED_NAME && type->kind <= DECLARED_STRUCT);
	HOLDS(type->text && type->text[0] && strlen(type->text) <= MAX_NAME);
	HOLDS(type->at < text_size);
	HOLDS(has_element == (type->element != NULL));
	HOLDS((type->kind == DECLARED_MAP) == (type->key != NULL));
	HOLDS(type->kind == DECLARED_STRUCT || type->fields.count == 0);
	HOLDS(type->kind != DECLARED_STRUCT || type->has_literal);
	if (type->element)
		check_type(type->element, text_size, depth + 1);
	if (type->key)
		check_type(type->key, text_size, depth + 1);
	check_list(&type->fields, text_size, depth + 1);
}

/*
 * Each type is parsed again from its text T in "func main.f(x T)", and the result has to have the same text.
 */
static void check_again(const struct declared_type *type)
{
	static char text[MAX_NAME + 64];
	struct declaration again;

	snprintf(text, sizeof(text), "func main.f(x %s)", type->text);
	if (strlen(text) > DECLARATION_MAX_TEXT)
		return;
	HOLDS(declaration_parse(text, &again, NULL) == 0);
	HOLDS(again.parameters.count == 1);
	HOLDS(strcmp(again.parameters.fields[0].type->text, type->text) == 0);
	declaration_finish(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), message[4096];
	struct declaration declaration;
	struct error err = { 0 };
	size_t column = 0;
	int r;

	HOLDS(text);
	memcpy(text, data, size);
	text[size] = '\0';
	r = declaration_parse(text, &declaration, &err);
	HOLDS(r == 0 || r == -EINVAL || r == -E2BIG);
	HOLDS(r == err.code && (r == 0) == (err.what[0] == '\0'));
	HOLDS(r == 0 || err.quote_at <= strlen(text));
	if (error_format_quote(&err, message, sizeof(message), &column))
		HOLDS(column <= strlen(message));
	if (r == 0) {
		HOLDS(declaration.function && declaration.function[0]);
		check_list(&declaration.parameters, strlen(text), 0);
		check_list(&declaration.results, strlen(text), 0);
		for (size_t i = 0; i < declaration.parameters.count; i++)
			check_again(declaration.parameters.fields[i].type);
		declaration_finish(&declaration);
	}
	free(text);
	return 0;
}
