/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "declaration_parser.h"

enum { MAX_MEMORY = 32 << 20 };

/*
 * Returns the length of a function's name, up to its parameters: "main.serve.func1",
 * "main.(*Cache).Put.func1", "main.Map[go.shape.int]".
 */
static size_t function_name_size(const char *text)
{
	size_t size = 0, taken = 1;

	while (taken) {
		size_t end = 0;

		taken = declaration_name_size(text + size);
		size += taken;
		if (text[size] == '[' || (text[size] == '(' && size && text[size - 1] == '.'))
			end = declaration_bracket_end(text + size);
		size += end ? end + 1 : 0;
		taken += end;
	}
	return size;
}

static int name_of_function(struct declaration_parser *parser, struct declaration *declaration)
{
	const char *name = parser->text + parser->at;
	size_t size = function_name_size(name);

	if (!size)
		return declaration_fail_at(
			parser, parser->at,
			"the name of a function with its package is expected here, as main.reply");
	declaration->function = arena_string(parser->arena, name, size);
	if (!declaration->function)
		return declaration_fail_memory(parser);
	parser->at += size;
	return 0;
}

/* Returns the length of the package in a type's name: of "net/http" in "net/http.Request"; 0 if none. */
static size_t package_size(const char *name)
{
	size_t end = strcspn(name, "["), dot = 0;

	for (size_t i = 0; i < end; i++)
		dot = name[i] == '.' ? i : name[i] == '/' ? 0 : dot;
	return dot;
}

/* Parses the name of a method, and sets the name of the function to its symbol: "main.(*Cache).Put". */
static int name_of_method(struct declaration_parser *parser, struct declaration *declaration)
{
	const struct declared_type *receiver = declaration->parameters.fields[0].type;
	bool is_pointer = receiver->kind == DECLARED_POINTER;
	const struct declared_type *owner = is_pointer ? receiver->element : receiver;
	const char *method = parser->text + parser->at;
	size_t size = declaration_name_size(method), package = package_size(owner->text);

	if (owner->kind != DECLARED_NAME || !package)
		return declaration_fail_at(
			parser, receiver->at,
			"a receiver is of a type with its package, or a pointer to it, as *main.Cache");
	if (!size || memchr(method, '.', size) || memchr(method, '/', size))
		return declaration_fail_at(
			parser, parser->at,
			"the name of a method is expected here, without its package");
	declaration->function = declaration_join(parser,
						 is_pointer ? "%.*s.(*%s).%.*s" : "%.*s.%s.%.*s",
						 (int)package, owner->text,
						 owner->text + package + 1, (int)size, method);
	if (!declaration->function)
		return declaration_fail_memory(parser);
	parser->at += size;
	return 0;
}

static int receiver_parse(struct declaration_parser *parser, struct declaration *declaration)
{
	bool is_variadic = false;
	size_t at = parser->at;
	int r = declared_parameters_parse(parser, &declaration->parameters, &is_variadic);

	if (r == 0 && (declaration->parameters.count != 1 || is_variadic))
		r = declaration_fail_at(parser, at, "one receiver is expected here");
	return r;
}

/* Rejects a method that is written as a function, because its receiver is missing. */
static int check_function_name(const struct declaration_parser *parser,
			       const struct declaration *declaration, size_t at)
{
	const char *name = declaration->function, *dot = strrchr(name, '.');

	if (dot && dot > name && dot[-1] == ')' && !strchr(dot, '-'))
		return declaration_fail_at(
			parser, at,
			"a method is written with its receiver before its name, as func (c *main.Cache) Put(…)");
	return 0;
}

static int head_parse(struct declaration_parser *parser, struct declaration *declaration)
{
	size_t at;
	int r;

	declaration_skip_space(parser);
	if (!declaration_take(parser, "func") || !strchr(" \t\r\n(", parser->text[parser->at])) {
		declaration_skip_space(parser);
		return declaration_fail_at(parser, 0, "a signature begins with func");
	}
	if (declaration_take(parser, "(")) {
		r = receiver_parse(parser, declaration);
		declaration_skip_space(parser);
		return r < 0 ? r : name_of_method(parser, declaration);
	}
	at = parser->at;
	r = name_of_function(parser, declaration);
	return r < 0 ? r : check_function_name(parser, declaration, at);
}

static int function_parse(struct declaration_parser *parser, struct declaration *declaration)
{
	bool is_variadic;
	int r = head_parse(parser, declaration);

	if (r == 0 && !declaration_take(parser, "("))
		r = declaration_fail_at(parser, parser->at, "a ( is expected here");
	if (r == 0)
		r = declared_parameters_parse(parser, &declaration->parameters, &is_variadic);
	if (r == 0)
		r = declared_results_parse(parser, &declaration->results);
	declaration_skip_space(parser);
	if (r == 0 && parser->text[parser->at])
		r = declaration_fail_at(parser, parser->at, "the end is expected here");
	return r;
}

int declaration_parse(const char *text, struct declaration *ret_declaration, struct error *err)
{
	struct declaration declaration = { .arena.limit = MAX_MEMORY };
	struct declaration_parser parser = { .text = text,
					     .arena = &declaration.arena,
					     .err = err };
	int r;

	if (strlen(text) > DECLARATION_MAX_TEXT)
		return error_fail(err, -E2BIG, "the signature \"%.40s…\" is longer than %d bytes",
				  text, DECLARATION_MAX_TEXT);
	r = function_parse(&parser, &declaration);
	if (r == 0) {
		declaration.text = arena_string(&declaration.arena, text, strlen(text));
		r = declaration.text ? 0 : declaration_fail_memory(&parser);
	}
	if (r < 0)
		declaration_finish(&declaration);
	else
		*ret_declaration = declaration;
	return r;
}

void declaration_finish(struct declaration *declaration)
{
	arena_finish(&declaration->arena);
	*declaration = (struct declaration){ 0 };
}

/* ---- lists ---- */

const struct declaration *declarations_find(const struct declarations *declarations,
					    const char *function)
{
	for (size_t i = 0; declarations && i < declarations->count; i++) {
		if (strcmp(declarations->items[i].function, function) == 0)
			return &declarations->items[i];
	}
	return NULL;
}

int declarations_add(struct declarations *declarations, const char *text, struct error *err)
{
	struct declaration *items =
		array_grow(declarations->items, declarations->count, sizeof(*items));
	struct declaration declaration;
	int r;

	if (!items)
		return error_fail(err, -ENOMEM, "out of memory");
	declarations->items = items;
	r = declaration_parse(text, &declaration, err);
	if (r == 0 && declarations_find(declarations, declaration.function)) {
		r = error_fail(err, -EINVAL, "two signatures of the function %s",
			       declaration.function);
		declaration_finish(&declaration);
	}
	if (r < 0)
		return r;
	items[declarations->count++] = declaration;
	return 0;
}

void declarations_finish(struct declarations *declarations)
{
	for (size_t i = 0; i < declarations->count; i++)
		declaration_finish(&declarations->items[i]);
	free(declarations->items);
	*declarations = (struct declarations){ 0 };
}
