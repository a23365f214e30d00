/* SPDX-License-Identifier: MIT */
/* Implements a part of declaration_parser.h: types in Go's syntax. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "declaration_parser.h"

static const struct predeclared {
	const char *name, *text;
} predeclared[] = {
	{ "any", "interface {}" },
	{ "bool", "bool" },
	{ "byte", "uint8" },
	{ "complex128", "complex128" },
	{ "complex64", "complex64" },
	{ "error", "error" },
	{ "float32", "float32" },
	{ "float64", "float64" },
	{ "int", "int" },
	{ "int16", "int16" },
	{ "int32", "int32" },
	{ "int64", "int64" },
	{ "int8", "int8" },
	{ "rune", "int32" },
	{ "string", "string" },
	{ "uint", "uint" },
	{ "uint16", "uint16" },
	{ "uint32", "uint32" },
	{ "uint64", "uint64" },
	{ "uint8", "uint8" },
	{ "uintptr", "uintptr" },
};

/*
 * Returns how the compiler and DWARF spell a predeclared type; NULL if there is no predeclared type `name`.
 */
static const char *predeclared_text(const char *name, size_t size)
{
	for (size_t i = 0; i < sizeof(predeclared) / sizeof(predeclared[0]); i++) {
		if (strlen(predeclared[i].name) == size &&
		    memcmp(predeclared[i].name, name, size) == 0)
			return predeclared[i].text;
	}
	return NULL;
}

bool declared_name_is_predeclared(const char *name)
{
	return predeclared_text(name, strlen(name));
}

static int type_finish(const struct declaration_parser *parser, const struct declared_type *type,
		       const struct declared_type **ret_type)
{
	struct declared_type *copy = type->text ? arena_alloc(parser->arena, 1, sizeof(*copy)) :
						  NULL;

	if (!copy)
		return declaration_fail_memory(parser);
	*copy = *type;
	*ret_type = copy;
	return 0;
}

static int element_parse(struct declaration_parser *parser, struct declared_type *type)
{
	int r = declared_type_parse(parser, &type->element);

	if (r == 0)
		type->has_literal = type->has_literal || type->element->has_literal;
	return r;
}

static int pointer_parse(struct declaration_parser *parser, struct declared_type *type)
{
	int r = element_parse(parser, type);

	type->kind = DECLARED_POINTER;
	if (r == 0)
		type->text = declaration_join(parser, "*%s", type->element->text);
	return r;
}

static int array_length_parse(struct declaration_parser *parser, struct declared_type *type)
{
	const char *digits = parser->text + parser->at;
	char *end;

	errno = 0;
	type->length = strtoull(digits, &end, 10);
	if (*digits < '0' || *digits > '9' || errno)
		return declaration_fail_at(parser, parser->at,
					   "the length of an array, or ], is expected here");
	parser->at += (size_t)(end - digits);
	return 0;
}

/* Parses an array or a slice after its opening bracket. */
static int array_parse_type(struct declaration_parser *parser, struct declared_type *type)
{
	int r = 0;

	declaration_skip_space(parser);
	type->kind = parser->text[parser->at] == ']' ? DECLARED_SLICE : DECLARED_ARRAY;
	if (type->kind == DECLARED_ARRAY)
		r = array_length_parse(parser, type);
	if (r == 0 && !declaration_take(parser, "]"))
		r = declaration_fail_at(parser, parser->at, "a ] is expected here");
	if (r == 0)
		r = element_parse(parser, type);
	if (r < 0)
		return r;
	type->text = type->kind == DECLARED_SLICE ?
			     declaration_join(parser, "[]%s", type->element->text) :
			     declaration_join(parser, "[%" PRIu64 "]%s", type->length,
					      type->element->text);
	return 0;
}

/* Parses a map after the word `map`. */
static int map_parse_type(struct declaration_parser *parser, struct declared_type *type)
{
	int r = 0;

	type->kind = DECLARED_MAP;
	if (!declaration_take(parser, "["))
		return declaration_fail_at(parser, parser->at, "a [ is expected here");
	r = declared_type_parse(parser, &type->key);
	if (r == 0 && !declaration_take(parser, "]"))
		r = declaration_fail_at(parser, parser->at, "a ] is expected here");
	if (r == 0)
		r = element_parse(parser, type);
	if (r < 0)
		return r;
	type->has_literal = type->has_literal || type->key->has_literal;
	type->text = declaration_join(parser, "map[%s]%s", type->key->text, type->element->text);
	return 0;
}

/* Parses a channel after the word `chan`. `receives` says whether there was an arrow before the word. */
static int chan_parse_type(struct declaration_parser *parser, struct declared_type *type,
			   bool receives)
{
	bool sends = !receives && strncmp(parser->text + parser->at, "<-", 2) == 0, is_inner;
	int r;

	type->kind = DECLARED_CHAN;
	parser->at += sends ? 2 : 0;
	r = element_parse(parser, type);
	if (r < 0)
		return r;
	/* Without its parentheses `chan (<-chan T)` would mean `chan<- (chan T)`. */
	is_inner = !receives && !sends && type->element->kind == DECLARED_CHAN &&
		   type->element->text[0] == '<';
	type->text = declaration_join(parser, "%s%s%s%s",
				      receives ? "<-chan " :
				      sends    ? "chan<- " :
						 "chan ",
				      is_inner ? "(" : "", type->element->text,
				      is_inner ? ")" : "");
	return 0;
}

static void add_types(struct declared_text *text, const struct declared_list *list,
		      bool is_variadic)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct declared_type *type = list->fields[i].type;
		bool has_dots = is_variadic && i + 1 == list->count;

		declared_text_add(text, i ? ", " : "");
		declared_text_add(text, has_dots ? "..." : "");
		declared_text_add(text, has_dots ? type->element->text : type->text);
	}
}

void declared_text_add_signature(struct declared_text *text, const struct declared_list *parameters,
				 bool is_variadic, const struct declared_list *results)
{
	declared_text_add(text, "(");
	add_types(text, parameters, is_variadic);
	declared_text_add(text, results->count > 1 ? ") (" : results->count ? ") " : ")");
	add_types(text, results, false);
	declared_text_add(text, results->count > 1 ? ")" : "");
}

static bool list_has_literal(const struct declared_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->fields[i].type->has_literal)
			return true;
	}
	return false;
}

/* Parses a function type after its opening parenthesis. */
static int function_parse_type(struct declaration_parser *parser, struct declared_type *type)
{
	struct declared_list parameters = { 0 }, results = { 0 };
	struct declared_text text = { 0 };
	bool is_variadic = false;
	int r = declared_parameters_parse(parser, &parameters, &is_variadic);

	if (r == 0)
		r = declared_results_parse(parser, &results);
	if (r < 0)
		return r;
	type->kind = DECLARED_FUNC;
	type->has_literal = list_has_literal(&parameters) || list_has_literal(&results);
	declared_text_add(&text, "func");
	declared_text_add_signature(&text, &parameters, is_variadic, &results);
	return declared_text_finish(parser, &text, &type->text);
}

/* Takes type arguments in brackets, and appends them to `name` as symbols do: without blanks after commas. */
static int arguments_take(struct declaration_parser *parser, const char *name,
			  const char **ret_text)
{
	const char *begin = parser->text + parser->at;
	size_t end = declaration_bracket_end(begin), used = 0;
	char *text;

	if (!end)
		return declaration_fail_at(parser, parser->at, "this bracket is not closed");
	text = arena_alloc(parser->arena, end + 2, 1);
	if (!text)
		return declaration_fail_memory(parser);
	for (size_t i = 0; i <= end; i++) {
		if (begin[i] != ' ' || !used || text[used - 1] != ',')
			text[used++] = begin[i];
	}
	parser->at += end + 1;
	*ret_text = declaration_join(parser, "%s%s", name, text);
	return *ret_text ? 0 : declaration_fail_memory(parser);
}

/* Returns the dot between package and type in "net/http.Request"; NULL if there is none. */
static const char *last_dot(const char *name, size_t size)
{
	const char *dot = NULL;

	for (size_t i = 0; i < size; i++) {
		if (name[i] == '/')
			dot = NULL;
		else if (name[i] == '.')
			dot = name + i;
	}
	return dot;
}

/* Returns a name as symbols spell it: a dot in the last element of the import path is "%2e". */
static char *escaped_name(const struct declaration_parser *parser, const char *name, size_t size)
{
	static const char shape[] = "go.shape.";
	const char *dot = last_dot(name, size);
	char *text = arena_alloc(parser->arena, 3 * size + 1, 1);
	size_t used = 0, last = size;

	while (last && name[last - 1] != '/')
		last--;
	if (size >= sizeof(shape) && strncmp(name, shape, sizeof(shape) - 1) == 0)
		dot = name;
	for (size_t i = 0; text && i < size; i++) {
		if (name[i] == '.' && i >= last && name + i < dot) {
			memcpy(text + used, "%2e", 3);
			used += 3;
		} else {
			text[used++] = name[i];
		}
	}
	return text;
}

static int named_parse_type(struct declaration_parser *parser, struct declared_type *type)
{
	const char *name = parser->text + parser->at;
	size_t size = declaration_name_size(name);
	const char *dot = last_dot(name, size);

	type->kind = DECLARED_NAME;
	if (!size)
		return declaration_fail_at(parser, parser->at, "a type is expected here");
	if (!dot) {
		type->text = predeclared_text(name, size);
		if (!type->text)
			return declaration_fail(
				parser->err, -EINVAL, parser->text, parser->at,
				"%.*s is no type of Go's own: types of packages are written with their import path, as main.%.*s",
				(int)size, name, (int)size, name);
		parser->at += size;
		return 0;
	}
	if (dot == name || dot[-1] == '/' || dot + 1 == name + size)
		return declaration_fail_at(parser, parser->at, "a type is expected here");
	parser->at += size;
	type->text = escaped_name(parser, name, size);
	if (!type->text)
		return declaration_fail_memory(parser);
	return parser->text[parser->at] == '[' ? arguments_take(parser, type->text, &type->text) :
						 0;
}

/* Takes `word` if it is next and is not the start of a longer word. Returns whether it was taken. */
static bool take_keyword(struct declaration_parser *parser, const char *word)
{
	const char *text = parser->text + parser->at;

	if (declaration_name_size(text) != strlen(word) || strncmp(text, word, strlen(word)) != 0)
		return false;
	parser->at += strlen(word);
	return true;
}

static int braces_parse(struct declaration_parser *parser, struct declared_type *type,
			bool is_struct)
{
	if (!declaration_take(parser, "{"))
		return declaration_fail_at(parser, parser->at, "a { is expected here");
	return is_struct ? declared_struct_parse(parser, type) :
			   declared_interface_parse(parser, type);
}

static int parentheses_parse(struct declaration_parser *parser,
			     const struct declared_type **ret_type)
{
	int r = declared_type_parse(parser, ret_type);

	if (r == 0 && !declaration_take(parser, ")"))
		r = declaration_fail_at(parser, parser->at, "a ) is expected here");
	return r;
}

static int literal_parse(struct declaration_parser *parser, struct declared_type *type)
{
	if (declaration_take(parser, "*"))
		return pointer_parse(parser, type);
	if (declaration_take(parser, "["))
		return array_parse_type(parser, type);
	if (take_keyword(parser, "map"))
		return map_parse_type(parser, type);
	if (declaration_take(parser, "<-")) {
		declaration_skip_space(parser);
		if (!take_keyword(parser, "chan"))
			return declaration_fail_at(parser, parser->at, "chan is expected here");
		return chan_parse_type(parser, type, true);
	}
	if (take_keyword(parser, "chan"))
		return chan_parse_type(parser, type, false);
	if (take_keyword(parser, "func")) {
		if (!declaration_take(parser, "("))
			return declaration_fail_at(parser, parser->at, "a ( is expected here");
		return function_parse_type(parser, type);
	}
	if (take_keyword(parser, "struct"))
		return braces_parse(parser, type, true);
	if (take_keyword(parser, "interface"))
		return braces_parse(parser, type, false);
	return named_parse_type(parser, type);
}

int declared_type_parse(struct declaration_parser *parser, const struct declared_type **ret_type)
{
	struct declared_type type = { 0 };
	int r;

	declaration_skip_space(parser);
	type.at = parser->at;
	if (parser->depth == DECLARATION_MAX_DEPTH)
		return declaration_fail(parser->err, -E2BIG, parser->text, parser->at,
					"more than %d types within each other",
					DECLARATION_MAX_DEPTH);
	parser->depth++;
	if (declaration_take(parser, "("))
		r = parentheses_parse(parser, ret_type);
	else
		r = literal_parse(parser, &type);
	parser->depth--;
	if (r < 0 || !type.kind)
		return r;
	return type_finish(parser, &type, ret_type);
}
