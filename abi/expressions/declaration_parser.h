/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DECLARATION_PARSER_H
#define GOHTTPSNOOP_ABI_DECLARATION_PARSER_H

#include "declaration.h"

/* The text of a declaration, and how far it was read. All that is made of it is in the arena. */
struct declaration_parser {
	const char *text;
	size_t at;
	int depth; /* of types within types */
	struct arena *arena;
	struct error *err;
};

int declaration_fail_at(const struct declaration_parser *parser, size_t at, const char *what);
int declaration_fail_memory(const struct declaration_parser *parser);

/* Takes blanks and line ends. */
void declaration_skip_space(struct declaration_parser *parser);

/* Takes `word`, and the blanks before it, if it is next. */
bool declaration_take(struct declaration_parser *parser, const char *word);

/* The size of the identifier at the begin of `text`; 0 if there is none. */
size_t declaration_identifier_size(const char *text);

/* The size of the name at the begin of `text`, with its import path if it has one. */
size_t declaration_name_size(const char *text);

/* The bracket that closes the one at `text`, as an offset; 0 if there is none. */
size_t declaration_bracket_end(const char *text);

/* "%s" of `format` are strings. The result is in the arena; NULL if there is no memory. */
char *declaration_join(const struct declaration_parser *parser, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A type. What follows it is left to the caller. */
int declared_type_parse(struct declaration_parser *parser, const struct declared_type **ret_type);

/* Whether the name is a type's that Go declares in all packages: "int", "error". */
bool declared_name_is_predeclared(const char *name);

/* What is in the braces of a struct or an interface, and the closing one; the opening one was taken. */
int declared_struct_parse(struct declaration_parser *parser, struct declared_type *type);
int declared_interface_parse(struct declaration_parser *parser, struct declared_type *type);

/*
 * Parameters and their closing parenthesis; the opening one was taken. Names may stand for several parameters, as Go
 * allows, and, as `inspect` prints parameters without a name, may be missing for some only.
 */
int declared_parameters_parse(struct declaration_parser *parser, struct declared_list *ret_list,
			      bool *ret_is_variadic);

/* None, one type, or a list in parentheses. */
int declared_results_parse(struct declaration_parser *parser, struct declared_list *ret_list);

/* Adds to a list. */
int declared_list_add(const struct declaration_parser *parser, struct declared_list *list,
		      const struct declared_field *field);

/* Text that is put together. The bytes are on the heap. */
struct declared_text {
	char *bytes;
	size_t size, capacity;
	bool failed; /* for want of memory */
};

void declared_text_add(struct declared_text *text, const char *part);

/* "(int, ...string) error" */
void declared_text_add_signature(struct declared_text *text, const struct declared_list *parameters,
				 bool is_variadic, const struct declared_list *results);

/* Moves the text into the arena; -E2BIG if it is too long for a type's name. */
int declared_text_finish(const struct declaration_parser *parser, struct declared_text *text,
			 const char **ret_text);

#endif
