/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_NOTATION_H
#define GOHTTPSNOOP_ABI_NOTATION_H

#include <stddef.h>
#include <stdint.h>

#include "type.h"

/* The outermost level of a Go type that is written as text. The pointers point into the text. */
struct notation {
	enum type_kind kind; /* TYPE_UNKNOWN for the name of a type that is not builtin */
	uint64_t size;	     /* 0 if unknown: arrays, structs, named types */
	const char *element; /* NULL if the type has no element */
	size_t element_length;
	const char *key;
	size_t key_length;
	uint64_t length; /* number of elements of an array */
};

/*
 * Parses the outermost level of the type in `text`, which must outlive the result. Returns -EINVAL if `text`
 * is not a type. The texts "struct" and "interface" mean any struct and any interface.
 */
int notation_parse(const char *text, struct notation *ret_notation);

/* Returns the length of the first parameter in "a T, b func(U, V)": up to a comma outside of all brackets. */
size_t notation_parameter(const char *text);

#endif
