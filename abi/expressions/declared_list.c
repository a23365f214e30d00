/* SPDX-License-Identifier: MIT */
/* Implements a part of declaration_parser.h: parameters, results, structs and interfaces. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "declaration_parser.h"

enum { MAX_FIELDS = DECLARATION_MAX_PARAMETERS };

static const char *const keywords[] = { "chan", "func", "interface", "map", "struct" };

static bool is_keyword(const char *text, size_t size)
{
	for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
		if (strlen(keywords[i]) == size && memcmp(keywords[i], text, size) == 0)
			return true;
	}
	return false;
}

/* Takes an identifier. Returns NULL if there is none, or if it is a keyword or the start of a longer name. */
static const char *take_identifier(struct declaration_parser *parser)
{
	const char *text = parser->text + parser->at;
	size_t size = declaration_identifier_size(text);
	bool is_whole = declaration_name_size(text) == size;
	const char *name;

	if (!size || !is_whole || is_keyword(text, size))
		return NULL;
	name = arena_string(parser->arena, text, size);
	parser->at += name ? size : 0;
	return name;
}

/* ---- parameters and results ---- */

/* One entry of a list: a type, a name with its type, or a single word, which may be a name or a type. */
struct list_entry {
	struct declared_field field; /* a single word is stored as the name, without a type */
	size_t at;
	bool is_variadic;
};

static int variadic_parse(struct declaration_parser *parser, struct list_entry *entry)
{
	struct declared_type slice = { .kind = DECLARED_SLICE, .at = parser->at };
	struct declared_type *copy;
	int r = declared_type_parse(parser, &slice.element);

	if (r < 0)
		return r;
	entry->is_variadic = true;
	slice.has_literal = slice.element->has_literal;
	slice.text = declaration_join(parser, "[]%s", slice.element->text);
	copy = slice.text ? arena_alloc(parser->arena, 1, sizeof(*copy)) : NULL;
	if (!copy)
		return declaration_fail_memory(parser);
	*copy = slice;
	entry->field.type = copy;
	return 0;
}

static int entry_parse(struct declaration_parser *parser, struct list_entry *entry)
{
	const char *name;

	declaration_skip_space(parser);
	entry->at = parser->at;
	name = take_identifier(parser);
	entry->field.name = name ? name : "";
	declaration_skip_space(parser);
	if (name && strchr(",)", parser->text[parser->at]))
		return 0;
	return declaration_take(parser, "...") ? variadic_parse(parser, entry) :
						 declared_type_parse(parser, &entry->field.type);
}

/* Parses a list after its opening parenthesis, with the closing one. */
static int entries_parse(struct declaration_parser *parser, struct list_entry *entries,
			 size_t *ret_count)
{
	size_t count = 0;

	while (!declaration_take(parser, ")")) {
		int r;

		if (count == DECLARATION_MAX_PARAMETERS)
			return declaration_fail(parser->err, -E2BIG, parser->text, parser->at,
						"more than %d parameters or results",
						DECLARATION_MAX_PARAMETERS);
		r = entry_parse(parser, &entries[count++]);
		if (r < 0)
			return r;
		declaration_skip_space(parser);
		if (parser->text[parser->at] != ')' && !declaration_take(parser, ","))
			return declaration_fail_at(parser, parser->at,
						   "a comma or a ) is expected here");
	}
	*ret_count = count;
	return 0;
}

/*
 * Decides what a single word is: the name of a parameter that has the same type as the next one, or the type
 * of a parameter without a name.
 */
static int word_settle(struct declaration_parser *parser, struct list_entry *entry,
		       const struct list_entry *next)
{
	struct declaration_parser there = *parser;

	if (next && next->field.name[0] && !next->is_variadic &&
	    !declared_name_is_predeclared(entry->field.name)) {
		entry->field.type = next->field.type;
		return 0;
	}
	entry->field.name = "";
	there.at = entry->at;
	return declared_type_parse(&there, &entry->field.type);
}

static int entries_settle(struct declaration_parser *parser, struct list_entry *entries,
			  size_t count)
{
	int r = 0;

	for (size_t i = count; r == 0 && i-- > 0;) {
		if (!entries[i].field.type)
			r = word_settle(parser, &entries[i],
					i + 1 < count ? &entries[i + 1] : NULL);
		if (r == 0 && entries[i].is_variadic && i + 1 < count)
			r = declaration_fail_at(parser, entries[i].at,
						"only the last parameter can have three dots");
	}
	return r;
}

int declared_parameters_parse(struct declaration_parser *parser, struct declared_list *ret_list,
			      bool *ret_is_variadic)
{
	struct list_entry entries[DECLARATION_MAX_PARAMETERS] = { 0 };
	size_t count = 0;
	int r = entries_parse(parser, entries, &count);

	if (r == 0)
		r = entries_settle(parser, entries, count);
	for (size_t i = 0; r == 0 && i < count; i++)
		r = declared_list_add(parser, ret_list, &entries[i].field);
	*ret_is_variadic = count && entries[count - 1].is_variadic;
	return r;
}

int declared_results_parse(struct declaration_parser *parser, struct declared_list *ret_list)
{
	struct declared_field result = { .name = "" };
	bool is_variadic = false;
	size_t before;
	int r;

	parser->at += strspn(parser->text + parser->at, " \t");
	before = parser->at;
	if (declaration_take(parser, "(")) {
		r = declared_parameters_parse(parser, ret_list, &is_variadic);
		return r == 0 && is_variadic ?
			       declaration_fail_at(parser, before,
						   "a result cannot have three dots") :
			       r;
	}
	parser->at = before;
	/* These characters, or the end, may follow a function without results. */
	if (strchr(",)]};\n\r\"`", parser->text[parser->at]))
		return 0;
	r = declared_type_parse(parser, &result.type);
	return r < 0 ? r : declared_list_add(parser, ret_list, &result);
}

/* ---- structs and interfaces ---- */

/* Skips blanks, blank lines and semicolons. */
static void skip_separators(struct declaration_parser *parser)
{
	parser->at += strspn(parser->text + parser->at, "; \t\r\n");
}

static int separator_take(struct declaration_parser *parser)
{
	parser->at += strspn(parser->text + parser->at, " \t\r");
	if (!strchr(";\n}", parser->text[parser->at]) || !parser->text[parser->at])
		return declaration_fail_at(parser, parser->at,
					   "a semicolon or a } is expected here");
	skip_separators(parser);
	return 0;
}

/* Skips the tag of a field, if it has one: `json:"id"` or "…". */
static int tag_skip(struct declaration_parser *parser)
{
	const char *text, *end;

	parser->at += strspn(parser->text + parser->at, " \t");
	text = parser->text + parser->at;
	if (!*text || !strchr("\"`", *text))
		return 0;
	end = text + 1;
	while (*end && *end != *text)
		end += *text == '"' && *end == '\\' && end[1] ? 2 : 1;
	if (!*end)
		return declaration_fail_at(parser, parser->at, "this string has no closing quote");
	parser->at += (size_t)(end + 1 - text);
	return 0;
}

static int field_add(struct declaration_parser *parser, struct declared_type *type,
		     const struct declared_field *field)
{
	if (type->fields.count == MAX_FIELDS)
		return declaration_fail(parser->err, -E2BIG, parser->text, parser->at,
					"more than %d fields", MAX_FIELDS);
	return declared_list_add(parser, &type->fields, field);
}

/* Returns the name of an embedded field, which is that of its type: "Mutex" for "*sync.Mutex". */
static const char *embedded_name(struct declaration_parser *parser, size_t at)
{
	const char *text = parser->text + at + strspn(parser->text + at, "*( \t\r\n");
	size_t size = declaration_name_size(text), from = size;

	while (from && !strchr("./", text[from - 1]))
		from--;
	return arena_string(parser->arena, text + from, size - from);
}

static int embedded_parse(struct declaration_parser *parser, struct declared_type *type)
{
	struct declared_field field = { .embedded = true };
	size_t at = parser->at;
	int r = declared_type_parse(parser, &field.type);

	if (r < 0)
		return r;
	if (field.type->kind != DECLARED_NAME &&
	    !(field.type->kind == DECLARED_POINTER && field.type->element->kind == DECLARED_NAME))
		return declaration_fail_at(parser, at, "the name of a field is expected here");
	field.name = embedded_name(parser, at);
	return field.name ? field_add(parser, type, &field) : declaration_fail_memory(parser);
}

/* Parses a group of fields such as `a, b int`, after its first name. */
static int field_group_parse(struct declaration_parser *parser, struct declared_type *type,
			     const char *name)
{
	struct declared_field field = { .name = name };
	size_t first = type->fields.count;
	int r = field_add(parser, type, &field);

	while (r == 0 && declaration_take(parser, ",")) {
		declaration_skip_space(parser);
		field.name = take_identifier(parser);
		r = field.name ? field_add(parser, type, &field) :
				 declaration_fail_at(parser, parser->at,
						     "the name of a field is expected here");
	}
	if (r == 0)
		r = declared_type_parse(parser, &field.type);
	for (size_t i = first; r == 0 && i < type->fields.count; i++)
		type->fields.fields[i].type = field.type;
	return r;
}

/*
 * Takes the name of a field. A package before it is dropped: DWARF writes one before names that are not
 * exported ("main.count"). Returns NULL if the field is an embedded one, which has no name of its own.
 */
static const char *take_field_name(struct declaration_parser *parser)
{
	const char *text = parser->text + parser->at;
	size_t size = declaration_name_size(text), from = size;
	size_t end = size + strspn(text + size, " \t");
	const char *name;

	while (from && !strchr("./", text[from - 1]))
		from--;
	/* A name alone is the type of an embedded field; so is a name with package and type arguments. */
	if (from == size || declaration_identifier_size(text + from) != size - from ||
	    is_keyword(text + from, size - from) || strchr(";\n}\"`", text[end]) ||
	    (from && text[size] == '['))
		return NULL;
	name = arena_string(parser->arena, text + from, size - from);
	parser->at += name ? size : 0;
	return name;
}

static int field_parse(struct declaration_parser *parser, struct declared_type *type)
{
	const char *name = take_field_name(parser);
	int r = name ? field_group_parse(parser, type, name) : embedded_parse(parser, type);

	if (r == 0)
		r = tag_skip(parser);
	return r < 0 ? r : separator_take(parser);
}

/*
 * Writes an embedded `any` as "any", not as "interface {}", because only types with a name can be embedded.
 */
static void add_field_type(struct declared_text *text, const struct declared_field *field)
{
	bool is_pointer = field->type->kind == DECLARED_POINTER;
	const struct declared_type *named = is_pointer ? field->type->element : field->type;

	if (!field->embedded || strcmp(named->text, "interface {}") != 0) {
		declared_text_add(text, field->type->text);
		return;
	}
	declared_text_add(text, is_pointer ? "*any" : "any");
}

/* Sets the text of a struct: "struct { Name string; sync.Mutex }". */
static int struct_name(struct declaration_parser *parser, struct declared_type *type)
{
	struct declared_text text = { 0 };

	declared_text_add(&text, "struct {");
	for (size_t i = 0; i < type->fields.count; i++) {
		const struct declared_field *field = &type->fields.fields[i];

		declared_text_add(&text, i ? "; " : " ");
		declared_text_add(&text, field->embedded ? "" : field->name);
		declared_text_add(&text, field->embedded ? "" : " ");
		add_field_type(&text, field);
	}
	declared_text_add(&text, type->fields.count ? " }" : "}");
	return declared_text_finish(parser, &text, &type->text);
}

int declared_struct_parse(struct declaration_parser *parser, struct declared_type *type)
{
	int r = 0;

	type->kind = DECLARED_STRUCT;
	type->has_literal = true;
	skip_separators(parser);
	while (r == 0 && parser->text[parser->at] != '}')
		r = field_parse(parser, type);
	if (r < 0)
		return r;
	parser->at++;
	return struct_name(parser, type);
}

/* Parses the signature of a method after its opening parenthesis, and appends it to `text`. */
static int method_parse(struct declaration_parser *parser, struct declared_text *text)
{
	struct declared_list parameters = { 0 }, results = { 0 };
	bool is_variadic = false;
	int r = declared_parameters_parse(parser, &parameters, &is_variadic);

	if (r == 0)
		r = declared_results_parse(parser, &results);
	if (r == 0)
		declared_text_add_signature(text, &parameters, is_variadic, &results);
	return r;
}

/*
 * Parses a method or an embedded interface, and appends it to `text`. The name of a method that is not
 * exported has its package before it. An embedded `any` adds no methods and is omitted.
 */
static int interface_part_parse(struct declaration_parser *parser, struct declared_type *type,
				struct declared_text *text)
{
	const struct declared_type *embedded = NULL;
	size_t before = parser->at, size = declaration_name_size(parser->text + before);
	const char *name = arena_string(parser->arena, parser->text + before, size);
	int r;

	if (!name)
		return declaration_fail_memory(parser);
	parser->at += size;
	if (size && declaration_take(parser, "(")) {
		declared_text_add(text, type->has_methods ? "; " : " ");
		declared_text_add(text, name);
		type->has_methods = true;
		r = method_parse(parser, text);
		return r < 0 ? r : separator_take(parser);
	}
	parser->at = before;
	r = declared_type_parse(parser, &embedded);
	if (r < 0)
		return r;
	if (strcmp(embedded->text, "interface {}") != 0) {
		declared_text_add(text, type->has_methods ? "; " : " ");
		declared_text_add(text, embedded->text);
		type->has_methods = true;
	}
	return separator_take(parser);
}

int declared_interface_parse(struct declaration_parser *parser, struct declared_type *type)
{
	struct declared_text text = { 0 };
	int r = 0;

	type->kind = DECLARED_INTERFACE;
	declared_text_add(&text, "interface {");
	skip_separators(parser);
	while (r == 0 && parser->text[parser->at] != '}')
		r = interface_part_parse(parser, type, &text);
	if (r < 0) {
		free(text.bytes);
		return r;
	}
	parser->at++;
	type->has_literal = type->has_methods;
	declared_text_add(&text, type->has_methods ? " }" : "}");
	return declared_text_finish(parser, &text, &type->text);
}
