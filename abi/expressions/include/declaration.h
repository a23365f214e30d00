/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DECLARATION_H
#define GOHTTPSNOOP_ABI_DECLARATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "error.h"

/*
 * The declaration of a function as a user writes it, in Go's syntax with whole import paths:
 *
 *	func main.reply(w net/http.ResponseWriter, status int, body interface{})
 *	func (c *main.Cache) Put(key string, values ...int) (bool, error)
 *
 * Only the syntax is checked here. Whether a program has such types is checked later
 * (abi/types/declared_types.c).
 */
enum {
	DECLARATION_MAX_TEXT = 8192,
	DECLARATION_MAX_DEPTH = 32,	  /* of nested types */
	DECLARATION_MAX_PARAMETERS = 128, /* in a list, also of results or fields */
};

enum declared_kind {
	DECLARED_NAME = 1, /* a basic type, or a type with its import path */
	DECLARED_POINTER,
	DECLARED_SLICE,
	DECLARED_ARRAY,
	DECLARED_MAP,
	DECLARED_CHAN,
	DECLARED_FUNC,
	DECLARED_INTERFACE,
	DECLARED_STRUCT,
};

struct declared_type;

/* A parameter, a result or a field of a struct. */
struct declared_field {
	const char *name; /* "" if there is none; for an embedded field the name of its type */
	const struct declared_type *type;
	bool embedded;
};

struct declared_list {
	struct declared_field *fields;
	size_t count;
};

struct declared_type {
	enum declared_kind kind;
	const char *text; /* as DWARF and the type descriptors spell it: "map[string][]uint8" */
	size_t at;	  /* offset of the type in the user's text */
	bool has_literal; /* `text` contains a literal of a struct, or of an interface with methods */
	const struct declared_type *element, *key;
	uint64_t length;	     /* of an array */
	struct declared_list fields; /* of a struct */
	bool has_methods;	     /* of an interface */
};

/* A parsed declaration. Owns everything that it points to. */
struct declaration {
	const char *text;		 /* as the user wrote it */
	const char *function;		 /* as the function table spells it: "main.(*Cache).Put" */
	struct declared_list parameters; /* a receiver is the first one */
	struct declared_list results;
	struct arena arena;
};

/*
 * Parses a declaration. Returns -EINVAL if the text is not a declaration, -E2BIG if it exceeds a limit above,
 * or -ENOMEM. For a syntax error `err` quotes the wrong part of the text. The caller finishes the
 * declaration.
 */
int declaration_parse(const char *text, struct declaration *ret_declaration, struct error *err);
void declaration_finish(struct declaration *declaration);

/* Fills `err` with an error at offset `at` of a declaration's text, and quotes that part. Returns `code`. */
int declaration_fail(struct error *err, int code, const char *text, size_t at, const char *format,
		     ...) __attribute__((format(printf, 5, 6)));

/* Declarations of different functions. A zeroed struct is a valid empty list. */
struct declarations {
	struct declaration *items;
	size_t count;
};

/*
 * Parses a declaration and adds it. The errors are those of declaration_parse(), and -EINVAL if the list
 * already contains a declaration of the same function.
 */
int declarations_add(struct declarations *declarations, const char *text, struct error *err);

/* Returns the declaration of a function; NULL if there is none. `declarations` may be NULL. */
const struct declaration *declarations_find(const struct declarations *declarations,
					    const char *function);
void declarations_finish(struct declarations *declarations);

#endif
