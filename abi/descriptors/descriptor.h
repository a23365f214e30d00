/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DESCRIPTOR_H
#define GOHTTPSNOOP_ABI_DESCRIPTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "descriptor_form.h"

/*
 * One type descriptor as the linker wrote it: golang/go src/internal/abi/type.go, before Go 1.20
 * src/runtime/type.go. The layout is the same on amd64 and arm64. A reference to a descriptor is converted to
 * an offset from the first byte of all descriptors. The bytes are not trusted: all reads are bounds checked,
 * and values that do not fit are rejected.
 */

/* The values of reflect.Kind from Array on. For the smaller values see descriptors.c. */
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
	bool is_named;	     /* predeclared or declared by `type T`; not a literal such as []T */
	bool is_direct;	     /* interfaces contain its values, not pointers to them */
	struct bytes string; /* as %T prints it: "*http.Request" */
	uint32_t pointer_to; /* offset of the descriptor of pointers to this type; 0: none */
	uint64_t uncommon;   /* offset of the uncommon part; 0: none */
};

/*
 * Derives from the string of the descriptor at `offset` whether lengths of names have two bytes. Returns
 * false if there is no descriptor.
 */
bool descriptor_shows_lengths(const struct descriptor_table *table, uint64_t offset,
			      bool *ret_short_lengths);

/* Returns false if there is no valid descriptor at `offset`. */
bool descriptor_read(const struct descriptor_table *table, uint64_t offset,
		     struct descriptor *ret_descriptor);

/*
 * Returns the offset of the next descriptor. Only in Go 1.27 and later do descriptors follow each other: the
 * next one is after this descriptor, its uncommon part, its fields, parameters or interface methods, and its
 * methods.
 */
bool descriptor_next(const struct descriptor_table *table, uint64_t offset, uint64_t *ret_offset);

/* Returns the import path of the package that declares a named type; empty for other types. */
struct bytes descriptor_package(const struct descriptor_table *table,
				const struct descriptor *descriptor);

enum { DESCRIPTOR_NONE = -1 };

/* The part of a descriptor that depends on its kind. */
struct descriptor_parts {
	int64_t element, key; /* offsets of descriptors; DESCRIPTOR_NONE if the kind has none */
	uint64_t length;      /* of an array; of a chan its direction: 1 receive, 2 send, 3 both */
	uint64_t list;	      /* offset of the list of fields, methods or parameters and results */
	uint64_t count;	      /* of the list's items; parameters come before results */
	uint16_t result_count;
	bool is_variadic;
};

/* Returns false if an offset or the list is outside of the descriptors. */
bool descriptor_parts_read(const struct descriptor_table *table,
			   const struct descriptor *descriptor, struct descriptor_parts *ret_parts);

/* Returns the struct type of a map's entries: a bucket or a group. False if the type is not a map. */
bool descriptor_map_group(const struct descriptor_table *table, const struct descriptor *descriptor,
			  uint64_t *ret_type);

struct descriptor_field {
	struct bytes name;
	uint64_t type;	 /* offset of its descriptor */
	uint64_t offset; /* in the struct */
	bool is_embedded;
};

/* Reads field `index` of a struct. Returns false if there is no such field, or if it is damaged. */
bool descriptor_field_read(const struct descriptor_table *table,
			   const struct descriptor_parts *parts, uint64_t index,
			   struct descriptor_field *ret_field);

/* Reads the type of parameter `index` of a function; results follow the parameters. False as above. */
bool descriptor_parameter_read(const struct descriptor_table *table,
			       const struct descriptor_parts *parts, uint64_t index,
			       uint64_t *ret_type);

/* Reads the name and the function type of method `index` of an interface. False as above. */
bool descriptor_interface_method_read(const struct descriptor_table *table,
				      const struct descriptor_parts *parts, uint64_t index,
				      struct bytes *ret_name, uint64_t *ret_type);

/* Returns the number of methods of a type that is not an interface, with those that the linker dropped. */
uint16_t descriptor_method_count(const struct descriptor_table *table,
				 const struct descriptor *descriptor);

/*
 * Reads the name of method `index`, and its function type without the receiver. Returns false if the linker
 * dropped the method.
 */
bool descriptor_method_read(const struct descriptor_table *table,
			    const struct descriptor *descriptor, uint16_t index,
			    struct bytes *ret_name, uint64_t *ret_type);

/*
 * Reads the offset of the method's code from the start of the text: of the code that direct calls use, not
 * calls through interfaces. Returns false if the linker dropped the method.
 */
bool descriptor_method_code(const struct descriptor_table *table,
			    const struct descriptor *descriptor, uint16_t index,
			    uint64_t *ret_offset);

#endif
