/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_TYPE_SOURCE_H
#define GOHTTPSNOOP_ABI_TYPE_SOURCE_H

#include <stdint.h>

/* What describes a type, or the parameters and results of a function. The most trusted is first. */
enum type_source {
	TYPE_SOURCE_NONE, /* nothing: builtin types, and functions of which nothing is captured */
	TYPE_SOURCE_DWARF,
	TYPE_SOURCE_DESCRIPTORS, /* the runtime's type descriptors, which every Go binary contains */
	TYPE_SOURCE_TABLE,	 /* the built-in table, verified for this release */
	TYPE_SOURCE_DECLARED,	 /* the user, by a signature */
	TYPE_SOURCE_ASSUMED, /* the built-in table's newest public layout, for a release it does not know */
	TYPE_SOURCE_COUNT,
};

/* Several sources: bit n is source n. */
static inline uint8_t type_source_bit(enum type_source source)
{
	return source == TYPE_SOURCE_NONE ? 0 : (uint8_t)(1u << source);
}

/* The least trusted source of several, on which the whole depends; TYPE_SOURCE_NONE if there are none. */
enum type_source type_source_least_trusted(uint8_t sources);

/* Its name, for people: "DWARF"; NULL for TYPE_SOURCE_NONE. */
const char *type_source_name(enum type_source source);

#endif
