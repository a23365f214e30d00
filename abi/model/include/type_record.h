/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_TYPE_RECORD_H
#define GOHTTPSNOOP_ABI_TYPE_RECORD_H

#include "type.h"

/*
 * The internal record around every `struct type`: it tells which source made the type and can complete it.
 * Only the sources of types and types.c use it.
 */
enum type_owner { TYPE_OWNER_LAYOUT, TYPE_OWNER_DWARF, TYPE_OWNER_DESCRIPTOR, TYPE_OWNER_DECLARED };

struct type_record {
	struct type type; /* first: a `struct type *` is a `struct type_record *` */
	enum type_owner owner;
	uint64_t entry; /* offset of the DWARF entry that describes the parts, or of the type descriptor */
	struct type_record *next;
};

static inline struct type_record *type_record_of(const struct type *type)
{
	return (struct type_record *)type;
}

#endif
