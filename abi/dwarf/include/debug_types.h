/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DEBUG_TYPES_H
#define GOHTTPSNOOP_ABI_DEBUG_TYPES_H

#include "debug_info.h"
#include "type.h"
#include "type_index.h"

/*
 * Go types and signatures as a binary's DWARF describes them. Everything is read when first asked
 * for: a signature costs the unit it lies in, a type its own entry.
 */
struct debug_types;

/* `image` outlives the types. -ENODATA when it has no DWARF. */
int debug_types_open(const struct image *image, struct debug_types **ret_types, struct error *err);
void debug_types_close(struct debug_types *types);

/* A type by its whole name. -ENODATA when there is none. The first such question makes an index. */
int debug_types_named(struct debug_types *types, const char *name, const struct type **ret_type,
		      struct error *err);

/* The type whose runtime_type is this; likewise. */
int debug_types_runtime(struct debug_types *types, uint64_t runtime_type,
			const struct type **ret_type, struct error *err);

/* Each type that the program has a descriptor of, see type_index.h. */
int debug_types_described(struct debug_types *types, type_index_visit *visit, void *context,
			  struct error *err);

/* The type that a reference (the offset of an entry) leads to. */
int debug_types_at(struct debug_types *types, uint64_t reference, const struct type **ret_type,
		   struct error *err);

/* Fills in the parts of a type that these types made. */
int debug_types_complete(struct debug_types *types, const struct type *type, struct error *err);

/* The entries behind the types; owned by them. */
struct debug_info *debug_types_info(struct debug_types *types);

/*
 * Calls `visit` for every function entry with a first address; its return stops the walk.
 */
int debug_types_functions(struct debug_types *types, debug_visit *visit, void *context,
			  struct error *err);

#endif
