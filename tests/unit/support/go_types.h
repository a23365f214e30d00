/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_GO_TYPES_H
#define GOHTTPSNOOP_TESTS_GO_TYPES_H

#include "types.h"

/*
 * Handmade Go types, with the layout and the names that the compiler gives them. They are complete, so no
 * source of types is asked, and they live until go_forget().
 *
 * A test that uses them is linked without abi/types/types.c: `struct types` is the one below.
 */
enum { GO_MAX_KNOWN = 64, GO_MAX_PAIRS = 64 };

/* The types that a binary knows, beside the parts of types. */
struct types {
	struct {
		const struct type *type;
		uint32_t hash; /* 0: the program has no descriptor of the type */
	} known[GO_MAX_KNOWN]; /* found by name */
	size_t known_count;
	struct {
		const struct type *interface, *held;
	} pairs[GO_MAX_PAIRS]; /* the conversions that the linker saw */
	size_t pair_count;
	const struct type *instances[8]; /* a generic parameter's type in each instance */
	size_t instance_count;
	struct type_names *names; /* names of types by hash; or NULL */
	const char *variable;	  /* a variable with a symbol */
	uint64_t variable_address;
};

void go_know(struct types *types, const struct type *type, uint32_t hash);
void go_pair(struct types *types, const struct type *interface, const struct type *held);

struct go_field {
	const char *name; /* also set for embedded fields */
	const struct type *type;
	bool embedded;
};

/* "int", "uint8", "string", "unsafe.Pointer", … */
const struct type *go_basic(const char *name);
/* A pointer whose type is a type parameter, in code that instances share. */
const struct type *go_any_pointer(void);
/* The same type under another name. */
const struct type *go_named(const char *name, const struct type *type);
const struct type *go_pointer(const struct type *element);
const struct type *go_slice(const struct type *element);
const struct type *go_array(const struct type *element, uint64_t length);
const struct type *go_map(const struct type *key, const struct type *element);
const struct type *go_chan(const struct type *element);
const struct type *go_interface(const char *name, bool has_methods);
/* A type that no source describes, although its kind may be known. */
const struct type *go_mystery(const char *name, enum type_kind kind, uint64_t size);

/* The last of `fields` has no type. */
const struct type *go_struct(const char *name, const struct go_field *fields);
/* A struct and a pointer that may refer to themselves; their fields or element are set later. */
struct type *go_open_struct(const char *name);
void go_set_fields(struct type *type, const struct go_field *fields);
struct type *go_open_pointer(const char *name);

#define GO_STRUCT(name, ...) go_struct(name, (const struct go_field[]){ __VA_ARGS__, { NULL } })

void go_forget(void);

#endif
