/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DESCRIPTOR_H
#define GOHTTPSNOOP_ABI_DESCRIPTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "descriptor_form.h"

/*
 * One type descriptor as the linker wrote it: golang/go src/internal/abi/type.go, before Go 1.20
 * src/runtime/type.go. The layout is the same on amd64 and arm64. Whatever refers to a descriptor is given
 * here as an offset from the first byte of the descriptors. All bytes may be hostile: nothing outside of
 * them is read, and what does not fit is refused.
 */

/* The kinds of reflect.Kind that have parts; the others are one word or a few, see descriptors.c. */
enum descriptor_kind {
	DESCRIPTOR_ARRAY = 17,
	DESCRIPTOR_CHAN,
	DESCRIPTOR_FUNC,
	DESCRIPTOR_INTERFACE,
	DESCRIPTOR_MAP,
	DESCRIPTOR_POINTER,
	DESCRIPTOR_SLICE,
	DESCRIPTOR_STRING,
	DESCRIPTOR_STRUCT,
	DESCRIPTOR_UNSAFE_POINTER,
};

struct descriptor_table {
	struct bytes bytes; /* all descriptors and their names, relocated */
	uint64_t address;   /* of the first byte */
	struct descriptor_form form;
};

struct descriptor {
	uint64_t offset;
	uint64_t size; /* bytes of a value */
	uint32_t hash;
	uint8_t kind;	     /* reflect.Kind */
	bool is_named;	     /* has a name of its own, as `type T ...` gives one */
	bool is_direct;	     /* interfaces hold its values themselves */
	struct bytes string; /* as %T prints it: "*http.Request" */
	uint32_t pointer_to; /* the descriptor of the pointer to it; 0: there is none */
	uint64_t uncommon;   /* offset of its uncommon part; 0: it has none */
};

/* Whether lengths of names are two bytes, as the string of the descriptor at `offset` shows; false when none stands there. */
bool descriptor_shows_lengths(const struct descriptor_table *table, uint64_t offset,
			      bool *ret_short_lengths);

/* False when no descriptor stands at `offset`. */
bool descriptor_read(const struct descriptor_table *table, uint64_t offset,
		     struct descriptor *ret_descriptor);

/*
 * Where the next descriptor stands in Go 1.27 and later, which put one after the other: the offset behind
 * this one, its uncommon part, what belongs to its kind, and its methods.
 */
bool descriptor_next(const struct descriptor_table *table, uint64_t offset, uint64_t *ret_offset);

/* The import path of the package that a named type is declared in; empty for others. */
struct bytes descriptor_package(const struct descriptor_table *table,
				const struct descriptor *descriptor);

enum { DESCRIPTOR_NONE = -1 };

/* What a descriptor refers to. Offsets that a kind does not have are DESCRIPTOR_NONE. */
struct descriptor_parts {
	int64_t element, key;
	uint64_t length; /* of an array; how a chan may be used: 1 receive, 2 send, 3 both */
	uint64_t list;	 /* of fields, methods or parameters: an offset */
	uint64_t count;	 /* of these; a function's parameters come first */
	uint16_t result_count;
	bool is_variadic;
};

/* False when they do not fit into the descriptors. */
bool descriptor_parts_read(const struct descriptor_table *table,
			   const struct descriptor *descriptor, struct descriptor_parts *ret_parts);

/* The struct that a map's entries are kept in: a bucket, or a group. False when the type is no map. */
bool descriptor_map_group(const struct descriptor_table *table, const struct descriptor *descriptor,
			  uint64_t *ret_type);

struct descriptor_field {
	struct bytes name;
	uint64_t type; /* an offset */
	uint64_t offset;
	bool is_embedded;
};

/* Field number `index` of a struct; false when it is damaged. */
bool descriptor_field_read(const struct descriptor_table *table,
			   const struct descriptor_parts *parts, uint64_t index,
			   struct descriptor_field *ret_field);

/* The type of parameter, then result, number `index` of a function. */
bool descriptor_parameter_read(const struct descriptor_table *table,
			       const struct descriptor_parts *parts, uint64_t index,
			       uint64_t *ret_type);

/* The function type of method number `index` of an interface. */
bool descriptor_interface_method_read(const struct descriptor_table *table,
				      const struct descriptor_parts *parts, uint64_t index,
				      struct bytes *ret_name, uint64_t *ret_type);

/* How many methods a type that is no interface has, as far as the linker kept them. */
uint16_t descriptor_method_count(const struct descriptor_table *table,
				 const struct descriptor *descriptor);

/* Of method number `index`: its name, and its function type without the receiver. False when it was dropped. */
bool descriptor_method_read(const struct descriptor_table *table,
			    const struct descriptor *descriptor, uint16_t index,
			    struct bytes *ret_name, uint64_t *ret_type);

/* Where the code of that method is, as an offset from the begin of the text. False when it was dropped. */
bool descriptor_method_code(const struct descriptor_table *table,
			    const struct descriptor *descriptor, uint16_t index,
			    uint64_t *ret_offset);

#endif
