/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_GO_VALUE_H
#define GOHTTPSNOOP_TESTS_GO_VALUE_H

#include "type.h"

/* A value of a Go type in a test. go_heap.c lays it out in memory, and a capture has to show it. */
enum go_form {
	GO_ZERO,
	GO_NUMBER,  /* `integer`: the number, the address, or how many values a channel contains */
	GO_REAL,    /* `real`: of a float */
	GO_COMPLEX, /* `real` and `imaginary` */
	GO_STRING,  /* `text`: of a string, or of a slice of bytes */
	GO_GONE,    /* a pointer to unmapped memory, with `integer` elements */
	GO_TARGET,  /* a pointer to its one part, which may have a label */
	GO_LABEL,   /* a pointer to the value with the label */
	GO_PARTS, /* fields of a struct, elements of an array or slice, keys and elements of a map in turn */
	GO_HELD, /* the value in an interface: its one part, of another type */
};

enum { GO_NO_LABEL = 0, GO_MAX_LABELS = 32 };

/* How the entries of a map are laid out. Maps of tables have the first form only. */
enum go_map_form {
	GO_MAP_SETTLED,
	GO_MAP_CHAINED, /* one bucket, with overflow buckets */
	GO_MAP_GROWING, /* half of the buckets have moved to the newer array, half have not */
};

struct go_value {
	const struct type *type;
	enum go_form form;
	uint64_t integer;
	double real, imaginary;
	char *text;
	size_t size; /* of `text` */
	struct go_value *parts;
	size_t count;
	uint8_t label;
	enum go_map_form map_form;
	bool is_deleted; /* a key of a map whose entry was deleted */
};

/* Allocates parts, all zero. go_values_forget() frees them, and all texts. */
void go_value_make_parts(struct go_value *value, size_t count);
char *go_value_keep_text(const char *text, size_t size);
void go_values_forget(void);

/* Gives a struct or an array all its parts, with their types. */
void go_value_open(struct go_value *value);

#endif
