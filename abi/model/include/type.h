/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_TYPE_H
#define GOHTTPSNOOP_ABI_TYPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "type_source.h"

/*
 * Go types as plain values. They are owned by the `struct types` that made them and live as long
 * as it does. A type's parts are filled in when types_complete() is first asked for them, so that
 * a walk reads no more of a binary than its path touches.
 */
enum type_kind {
	TYPE_UNKNOWN, /* size may be known, shape is not */
	TYPE_BOOL,
	TYPE_INT,   /* signed, `size` bytes */
	TYPE_UINT,  /* unsigned, `size` bytes; also uintptr */
	TYPE_FLOAT, /* 4 or 8 bytes */
	TYPE_COMPLEX,
	TYPE_STRING,
	TYPE_POINTER, /* to `element`; NULL for unsafe.Pointer, and for any type's (is_any_pointer) */
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
	uint64_t runtime_type; /* of the runtime's descriptor: offset from its types; 0: unknown */
	/* A pointer in code that the instances of a generic function share: to what, it does not know. */
	bool is_any_pointer;
	enum type_source source; /* of the description */
	bool complete;		 /* the parts below are filled in; see types_complete() */
	const struct type *element;
	const struct type *key;
	uint64_t length;
	const struct field *fields; /* in memory order */
	size_t field_count;
};

/* What the runtime's own descriptor says of a type. */
struct runtime_type {
	uint32_t hash;	/* which type switches compare */
	bool is_direct; /* interfaces hold its values themselves, not pointers to them */
};

/*
 * Where the debugger is told to find the first word of a parameter at entry. Used as a check
 * only: up to Go 1.21 the DWARF leaves out blank parameters and the receivers of generated
 * wrappers, which moves all that follow, and functions called from assembly have another
 * convention.
 */
struct entry_hint {
	enum { ENTRY_UNKNOWN, ENTRY_REGISTER, ENTRY_STACK } kind;
	uint16_t reg;	/* DWARF's number */
	int64_t offset; /* from the canonical frame address */
};

struct parameter {
	const char *name; /* "" or "_" where the source gives none */
	const struct type *type;
	struct entry_hint hint;
	/*
	 * In code that the instances of a generic function share: the number, from 1 on, of the word in the instance's
	 * dictionary that points to the descriptor of the parameter's own type. 0: its type does not depend on type
	 * arguments.
	 */
	uint16_t dictionary_word;
};

/* The receiver is the first parameter. */
struct signature {
	const struct parameter *parameters;
	size_t parameter_count;
	const struct parameter *results;
	size_t result_count;
	int64_t stack_size; /* bytes of all of them on the caller's stack, where that is known; else 0 */
	const char *
		shared; /* the function's name with the shapes that its instances share; NULL: not generic */
};

#endif
