/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_GO_SOURCE_H
#define GOHTTPSNOOP_TESTS_GO_SOURCE_H

#include "go_types.h"
#include "go_value.h"

/*
 * Types and values as text. Types are written as in Go, with full names, and an interface lists what the
 * program converts to it:
 *
 *	main.Item struct { SKU string; Price float64 }
 *	main.Shape interface { *main.Circle; main.Square }
 *
 * Values are written by the type that is known of them:
 *
 *	7, true, 1.5, (1.5, -2)     numbers; an address where the type is a pointer or a func
 *	"cup\x00"                   a string, a slice of bytes, an array of bytes
 *	[1, 2]                      an array or slice
 *	{ID: 7, Name: "cup"}        a struct; what is left out is zero
 *	{"a": 1, deleted "b": 2}    a map, with an entry that was deleted
 *	{3..9: 0}                   a map with seven keys
 *	chained {...}, growing {...}  a map of buckets that overflow, or are being moved
 *	&{...}, &label={...}, @label  pointers
 *	main.Square({Side: 2})      what an interface holds
 *	nil, gone, gone(3)          nothing; a pointer to unmapped memory, of three elements
 *
 * What does not follow these rules ends the test.
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
	const char *text; /* that is being read, and from where on */
	const char *at;
};

/* Declares what every program has. */
void go_source_init(struct go_source *source, struct types *types);

/* Declares a type: its name, a blank and what it is. */
void go_source_declare(struct go_source *source, const char *text);

const struct type *go_source_type(struct go_source *source, const char *text);
void go_source_value(struct go_source *source, const char *text, const struct type *type,
		     struct go_value *ret_value);

/* The one type of this name that interfaces may hold and expressions can name. */
const struct type *go_source_known(struct go_source *source, const struct type *type);

/* For those that read on: values, in go_source_values.c. */
void go_source_fail(const struct go_source *source, const char *why) __attribute__((noreturn));
void go_source_skip_blanks(struct go_source *source);
bool go_source_takes(struct go_source *source, const char *token);
void go_source_expect(struct go_source *source, const char *token);
void go_source_word(struct go_source *source, char *ret_word, size_t size);
const struct type *go_source_read_type(struct go_source *source);

#endif
