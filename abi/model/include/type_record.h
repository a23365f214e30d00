/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_TYPE_RECORD_H
#define GOHTTPSNOOP_ABI_TYPE_RECORD_H

#include "type.h"

/*
 * What the sources of types keep behind every `struct type` they hand out, so that a type can
 * be completed by the source that made it. Only the sources and types.c look at it.
 */
enum type_owner { TYPE_OWNER_LAYOUT, TYPE_OWNER_DWARF, TYPE_OWNER_DESCRIPTOR, TYPE_OWNER_DECLARED };

struct type_record {
	struct type type; /* first: a `struct type *` is a `struct type_record *` */
	enum type_owner owner;
	uint64_t entry; /* DWARF: offset of the entry that describes the parts; else of the descriptor */
	struct type_record *next;
};

static inline struct type_record *type_record_of(const struct type *type)
{
	return (struct type_record *)type;
}

#endif
