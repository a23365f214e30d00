/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_TYPE_H
#define GOHTTPSNOOP_ABI_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "type_source.h"

/*
 * Go types as plain values. They are owned by the `struct types` that made them and live as long as it does.
 * The parts of a type are filled in when types_complete() is first called for it, so that a walk reads no
 * more of a binary than its path needs.
 */
enum type_kind {
	TYPE_UNKNOWN, /* the size may be known, the layout is not */
	TYPE_BOOL,
	TYPE_INT,   /* signed, `size` bytes */
	TYPE_UINT,  /* unsigned, `size` bytes; also uintptr */
	TYPE_FLOAT, /* 4 or 8 bytes */
	TYPE_COMPLEX,
	TYPE_STRING,
	TYPE_POINTER, /* to `element`; NULL for unsafe.Pointer, and if is_any_pointer */
	TYPE_STRUCT,
	TYPE_ARRAY, /* `length` times `element` */
	TYPE_SLICE, /* of `element` */
	TYPE_INTERFACE,
	TYPE_MAP, /* from `key` to `element` */
	TYPE_FUNC,
	TYPE_CHAN,
};

struct field {
	const char *name;
	const struct type *type;
	uint64_t offset;
	bool embedded;
};

struct type {
	enum type_kind kind;
	const char *
		name; /* as Go writes it, with the whole import path: "net/http.Request", "*net/url.URL" */
	uint64_t size;
	uint64_t runtime_type; /* the runtime's type descriptor: offset from moduledata.types; 0: unknown */
	/* A pointer in code that several instances of a generic function share; it may point to any type. */
	bool is_any_pointer;
	enum type_source source; /* which source described the type */
	bool complete;		 /* the parts below are filled in; see types_complete() */
	const struct type *element;
	const struct type *key;
	uint64_t length;
	const struct field *fields; /* in memory order */
	size_t field_count;
};

/* Properties of a type in the runtime's type descriptor. */
struct runtime_type {
	uint32_t hash;	/* type switches compare it */
	bool is_direct; /* interfaces contain values of the type itself, not a pointer to a value */
};

/*
 * The location, by DWARF, of the first word of a parameter at function entry. It is only used to check
 * computed locations: up to Go 1.21, DWARF lacks blank parameters and the receivers of generated wrappers,
 * which moves all parameters after them, and functions that assembly calls have another calling convention.
 */
struct entry_hint {
	enum { ENTRY_UNKNOWN, ENTRY_REGISTER, ENTRY_STACK } kind;
	uint16_t reg;	/* DWARF's register number */
	int64_t offset; /* offset from the canonical frame address */
};

struct parameter {
	const char *name; /* "" or "_" if the source code gives no name */
	const struct type *type;
	struct entry_hint hint;
	/*
	 * Only for code that several instances of a generic function share: which word of the instance's
	 * dictionary points to the descriptor of the parameter's actual type, counted from 1. 0: the
	 * parameter's type does not depend on type arguments.
	 */
	uint16_t dictionary_word;
};

/* Parameters and results of a function. A receiver is the first parameter. */
struct signature {
	const struct parameter *parameters;
	size_t parameter_count;
	const struct parameter *results;
	size_t result_count;
	int64_t stack_size; /* bytes of parameters and results on the caller's stack; 0 if unknown */
	const char *
		shared; /* name of a generic function, with the shapes that its instances share; else NULL */
};

#endif
