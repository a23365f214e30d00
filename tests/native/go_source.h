/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_GO_SOURCE_H
#define GOHTTPSNOOP_TESTS_GO_SOURCE_H

#include "go_types.h"
#include "go_value.h"

/*
 * Types and values as text. Types are written as in Go, with full names. An interface lists the types that the
 * program converts to it:
 *
 *	main.Item struct { SKU string; Price float64 }
 *	main.Shape interface { *main.Circle; main.Square }
 *
 * The type of a value is known, so it is not written:
 *
 *	7, true, 1.5, (1.5, -2)     numbers; an address where the type is a pointer or a func
 *	"cup\x00"                   a string, a slice of bytes, an array of bytes
 *	[1, 2]                      an array or slice
 *	{ID: 7, Name: "cup"}        a struct; fields that are left out are zero
 *	{"a": 1, deleted "b": 2}    a map, with an entry that was deleted
 *	{3..9: 0}                   a map with seven keys
 *	chained {...}, growing {...}  a map with overflow buckets, or one that is growing
 *	&{...}, &label={...}, @label  pointers
 *	main.Square({Side: 2})      the value in an interface, with its type
 *	nil, gone, gone(3)          nil; a pointer to unmapped memory; the same, with a length of three
 *
 * Text that does not follow these rules ends the test.
 */
struct go_source {
	struct types *types;
	struct {
		char name[64];
		const struct type *type;
	} declared[GO_MAX_KNOWN];
	size_t declared_count;
	char labels[GO_MAX_LABELS][32];
	size_t label_count;
	const char *text; /* the whole text that is read; `at`: the position in it */
	const char *at;
};

/* Declares the types that every program has. */
void go_source_init(struct go_source *source, struct types *types);

/* Declares a type: its name, a blank and its definition. */
void go_source_declare(struct go_source *source, const char *text);

const struct type *go_source_type(struct go_source *source, const char *text);
void go_source_value(struct go_source *source, const char *text, const struct type *type,
		     struct go_value *ret_value);

/*
 * Returns the type of this name that interfaces may hold and expressions can name; adds `type` if there is
 * none.
 */
const struct type *go_source_known(struct go_source *source, const struct type *type);

/* The parser of types, for the parser of values in go_source_values.c. */
void go_source_fail(const struct go_source *source, const char *why) __attribute__((noreturn));
void go_source_skip_blanks(struct go_source *source);
bool go_source_takes(struct go_source *source, const char *token);
void go_source_expect(struct go_source *source, const char *token);
void go_source_word(struct go_source *source, char *ret_word, size_t size);
const struct type *go_source_read_type(struct go_source *source);

#endif
