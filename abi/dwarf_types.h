/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DWARF_TYPES_H
#define GOHTTPSNOOP_ABI_DWARF_TYPES_H

#include "debug_info.h"
#include "type.h"

/*
 * Go types and signatures as a binary's DWARF describes them. Everything is read when first asked
 * for: a signature costs the unit it lies in, a type its own entry.
 */
struct dwarf_types;

/* `image` outlives the types. -ENODATA when it has no DWARF. */
int dwarf_types_open(const struct image *image, struct dwarf_types **ret_types, struct error *err);
void dwarf_types_close(struct dwarf_types *types);

/* The function that starts at `address`. -ENODATA when DWARF does not describe it. */
int dwarf_types_signature(struct dwarf_types *types, uint64_t address,
			  const struct signature **ret_signature, struct error *err);

/* A type by its whole name. -ENODATA when there is none. Reads units until it is found. */
int dwarf_types_named(struct dwarf_types *types, const char *name, const struct type **ret_type,
		      struct error *err);

/* The type that a reference (the offset of an entry) leads to. */
int dwarf_types_at(struct dwarf_types *types, uint64_t reference, const struct type **ret_type,
		   struct error *err);

/* Fills in the parts of a type that these types made. */
int dwarf_types_complete(struct dwarf_types *types, const struct type *type, struct error *err);

/* The entries behind the types; owned by them. */
struct debug_info *dwarf_types_info(struct dwarf_types *types);

/*
 * Calls `visit` for every function entry with a first address; its return stops the walk.
 */
int dwarf_types_functions(struct dwarf_types *types, debug_visit *visit, void *context,
			  struct error *err);

#endif
