/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_TYPE_SOURCE_H
#define GOHTTPSNOOP_ABI_TYPE_SOURCE_H

#include <stdint.h>

/*
 * The source of the description of a type, or of a function's parameters and results. The most trusted source
 * is first.
 */
enum type_source {
	TYPE_SOURCE_NONE, /* no source: builtin types, and functions without captures */
	TYPE_SOURCE_DWARF,
	TYPE_SOURCE_DESCRIPTORS, /* the runtime's type descriptors, in every Go binary */
	TYPE_SOURCE_TABLE,	 /* the built-in table, verified for this release */
	TYPE_SOURCE_DECLARED,	 /* a signature that the user declared */
	TYPE_SOURCE_ASSUMED, /* the newest layout of the built-in table, for an unknown release */
	TYPE_SOURCE_COUNT,
};

/* Returns the bit of a source in a set of sources. */
static inline uint8_t type_source_bit(enum type_source source)
{
	return source == TYPE_SOURCE_NONE ? 0 : (uint8_t)(1u << source);
}

/*
 * Returns the least trusted source of a set, on which the whole result depends; TYPE_SOURCE_NONE if the set
 * is empty.
 */
enum type_source type_source_least_trusted(uint8_t sources);

/* Returns the name of the source, for people: "DWARF"; NULL for TYPE_SOURCE_NONE. */
const char *type_source_name(enum type_source source);

#endif
