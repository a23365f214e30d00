/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DECLARATION_PARSER_H
#define GOHTTPSNOOP_ABI_DECLARATION_PARSER_H

#include "declaration.h"

/* The state of a parser. All results are allocated in the arena. */
struct declaration_parser {
	const char *text; /* of the declaration */
	size_t at;	  /* offset of the next byte to parse */
	int depth;	  /* of nested types */
	struct arena *arena;
	struct error *err;
};

/* Fills `parser->err` with an error at offset `at`, and returns -EINVAL. */
int declaration_fail_at(const struct declaration_parser *parser, size_t at, const char *what);
int declaration_fail_memory(const struct declaration_parser *parser);

/* Skips blanks and line ends. */
void declaration_skip_space(struct declaration_parser *parser);

/* Skips blanks and line ends, then also `word` if it is next. Returns whether it was. */
bool declaration_take(struct declaration_parser *parser, const char *word);

/* Returns the size of the identifier at the start of `text`; 0 if there is none. */
size_t declaration_identifier_size(const char *text);

/* Returns the size of the name at the start of `text`, with its import path; 0 if there is none. */
size_t declaration_name_size(const char *text);

/* Returns the offset of the bracket that closes the one at the start of `text`; 0 if there is none. */
size_t declaration_bracket_end(const char *text);

/* Formats a text as printf() does. The result is in the arena; NULL if out of memory. */
char *declaration_join(const struct declaration_parser *parser, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Parses one type. Text after it is not an error. */
int declared_type_parse(struct declaration_parser *parser, const struct declared_type **ret_type);

/* Returns whether this is the name of a predeclared type: "int", "error". */
bool declared_name_is_predeclared(const char *name);

/* Parses the rest of a struct or an interface after its opening brace, with the closing brace. */
int declared_struct_parse(struct declaration_parser *parser, struct declared_type *type);
int declared_interface_parse(struct declaration_parser *parser, struct declared_type *type);

/*
 * Parses parameters after their opening parenthesis, with the closing one. As in Go, several names may share
 * one type. Unlike in Go, some parameters may have a name and others not, because `inspect` prints such
 * lists. Adds the parameters to `ret_list`, and returns in `ret_is_variadic` whether the last one has three
 * dots.
 */
int declared_parameters_parse(struct declaration_parser *parser, struct declared_list *ret_list,
			      bool *ret_is_variadic);

/* Parses results: nothing, one type, or a list in parentheses. Adds them to `ret_list`. */
int declared_results_parse(struct declaration_parser *parser, struct declared_list *ret_list);

/* Appends a copy of `field` to a list. */
int declared_list_add(const struct declaration_parser *parser, struct declared_list *list,
		      const struct declared_field *field);

/* A text under construction, on the heap until declared_text_finish(). Zeroed, it is an empty text. */
struct declared_text {
	char *bytes;
	size_t size, capacity;
	bool failed; /* out of memory */
};

/* Appends `part`. Errors are reported by declared_text_finish(). */
void declared_text_add(struct declared_text *text, const char *part);

/* Appends a signature: "(int, ...string) error". */
void declared_text_add_signature(struct declared_text *text, const struct declared_list *parameters,
				 bool is_variadic, const struct declared_list *results);

/* Moves the text into the arena, and frees its bytes. Returns -E2BIG if it is too long, or -ENOMEM. */
int declared_text_finish(const struct declaration_parser *parser, struct declared_text *text,
			 const char **ret_text);

#endif
