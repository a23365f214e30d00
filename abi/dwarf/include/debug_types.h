/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DEBUG_TYPES_H
#define GOHTTPSNOOP_ABI_DEBUG_TYPES_H

#include "debug_info.h"
#include "type.h"
#include "type_index.h"

/*
 * Go types and signatures from a binary's DWARF. Everything is read on first use: for a signature the
 * functions of its unit, for a type its own entry. `struct debug_types` owns the types that it returns.
 */
struct debug_types;

/* `image` must outlive the types. -ENODATA if it has no DWARF. */
int debug_types_open(const struct image *image, struct debug_types **ret_types, struct error *err);
void debug_types_close(struct debug_types *types);

/* Finds a type by its full name; -ENODATA if there is none. The first call builds an index. */
int debug_types_named(struct debug_types *types, const char *name, const struct type **ret_type,
		      struct error *err);

/* Finds the type with this runtime_type; -ENODATA if there is none. */
int debug_types_runtime(struct debug_types *types, uint64_t runtime_type,
			const struct type **ret_type, struct error *err);

/* Returns the type at a reference (the offset of an entry in .debug_info). */
int debug_types_at(struct debug_types *types, uint64_t reference, const struct type **ret_type,
		   struct error *err);

/*
 * Fills in the parts of a type that these functions returned. On failure the type stays unchanged. -ENODATA
 * if DWARF does not say what the type is, -EBADMSG if its entry is damaged, -E2BIG if it exceeds a limit.
 */
int debug_types_complete(struct debug_types *types, const struct type *type, struct error *err);

/* Returns the debug info of the types, which own it. */
struct debug_info *debug_types_info(struct debug_types *types);

/*
 * Calls `visit` for every function entry with a first address, until `visit` returns non-zero. Returns that
 * value.
 */
int debug_types_functions(struct debug_types *types, debug_visit *visit, void *context,
			  struct error *err);

#endif
