/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_NOTATION_H
#define GOHTTPSNOOP_ABI_NOTATION_H

#include <stddef.h>
#include <stdint.h>

#include "type.h"

/* A Go type as text, taken apart by one level. The views point into the text. */
struct notation {
	enum type_kind kind; /* TYPE_UNKNOWN for a name that is no builtin */
	uint64_t size;	     /* 0 when not known: arrays, structs, names */
	const char *element; /* NULL when there is none */
	size_t element_length;
	const char *key;
	size_t key_length;
	uint64_t length; /* of an array */
};

/* -EINVAL when `text` is no type. "struct" and "interface" are kinds of their own. */
int notation_parse(const char *text, struct notation *ret_notation);

/* Length of the first parameter in "a T, b func(U, V)": up to a comma outside all brackets. */
size_t notation_parameter(const char *text);

#endif
