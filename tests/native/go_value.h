/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_GO_VALUE_H
#define GOHTTPSNOOP_TESTS_GO_VALUE_H

#include "type.h"

/* A value of a Go type, as a test means it: what go_heap.c lays out, and what is to be read there. */
enum go_form {
	GO_ZERO,
	GO_NUMBER, /* `integer`: of an integer or a bool; the address of a pointer, a func or a channel */
	GO_REAL,    /* `real`: of a float */
	GO_COMPLEX, /* `real` and `imaginary` */
	GO_STRING,  /* `text`: of a string, or of a slice of bytes */
	GO_GONE,    /* it points to memory that is not mapped, of `integer` elements */
	GO_TARGET,  /* a pointer to its one part, which may have a label */
	GO_LABEL,   /* a pointer to what has the label */
	GO_PARTS, /* of a struct all fields, of an array or slice all elements, of a map key by element */
	GO_HELD, /* of an interface: its one part, of another type */
};

enum { GO_NO_LABEL = 0, GO_MAX_LABELS = 32 };

/* How the entries of a map lie. Maps of tables know only the first. */
enum go_map_form {
	GO_MAP_SETTLED,
	GO_MAP_CHAINED, /* one bucket, and others that overflow from it */
	GO_MAP_GROWING, /* half of the buckets have moved to the newer array, half have not */
};

struct go_value {
	const struct type *type;
	enum go_form form;
	uint64_t integer;
	double real, imaginary;
	char *text;
	size_t size; /* of the text */
	struct go_value *parts;
	size_t count;
	uint8_t label;
	enum go_map_form map_form;
	bool is_deleted; /* a key of a map: there was an entry */
};

/* Makes room for parts, all zero. Released with go_values_forget(), as every text is. */
void go_value_make_parts(struct go_value *value, size_t count);
char *go_value_keep_text(const char *text, size_t size);
void go_values_forget(void);

/* A struct or an array with all of its parts, of their types. */
void go_value_open(struct go_value *value);

#endif
