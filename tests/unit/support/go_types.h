/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_GO_TYPES_H
#define GOHTTPSNOOP_TESTS_GO_TYPES_H

#include "types.h"

/*
 * Go types made by hand, laid out and named as the compiler does it. They are complete, so that nothing
 * is asked of any binary, and live until go_forget().
 *
 * What is linked with this has no abi/types/types.c: `struct types` is the one below.
 */
enum { GO_MAX_KNOWN = 64, GO_MAX_PAIRS = 64 };

/* What a binary knows of types beside their parts. */
struct types {
	struct {
		const struct type *type;
		uint32_t hash; /* 0: the program has no descriptor of it */
	} known[GO_MAX_KNOWN]; /* these can be found by name */
	size_t known_count;
	struct {
		const struct type *interface, *held;
	} pairs[GO_MAX_PAIRS]; /* what the linker saw converted */
	size_t pair_count;
	const struct type
		*instances[8]; /* what parameters of a generic function are in its instances */
	size_t instance_count;
	struct type_names *names; /* of types, by hash; or NULL */
	const char *variable;	  /* the one that a symbol names */
	uint64_t variable_address;
};

void go_know(struct types *types, const struct type *type, uint32_t hash);
void go_pair(struct types *types, const struct type *interface, const struct type *held);

struct go_field {
	const char *name; /* of an embedded one, too */
	const struct type *type;
	bool embedded;
};

/* "int", "uint8", "string", "unsafe.Pointer", … */
const struct type *go_basic(const char *name);
/* A pointer of a type parameter, in code that instances share. */
const struct type *go_any_pointer(void);
/* The same under another name. */
const struct type *go_named(const char *name, const struct type *type);
const struct type *go_pointer(const struct type *element);
const struct type *go_slice(const struct type *element);
const struct type *go_array(const struct type *element, uint64_t length);
const struct type *go_map(const struct type *key, const struct type *element);
const struct type *go_chan(const struct type *element);
const struct type *go_interface(const char *name, bool has_methods);
/* One that nothing describes; of a known kind, maybe. */
const struct type *go_mystery(const char *name, enum type_kind kind, uint64_t size);

/* `fields` ends with one without a type. */
const struct type *go_struct(const char *name, const struct go_field *fields);
/* For types that refer to themselves: a struct, and a pointer, to be set later. */
struct type *go_open_struct(const char *name);
void go_set_fields(struct type *type, const struct go_field *fields);
struct type *go_open_pointer(const char *name);

#define GO_STRUCT(name, ...) go_struct(name, (const struct go_field[]){ __VA_ARGS__, { NULL } })

void go_forget(void);

#endif
