/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DEBUG_TYPES_PARTS_H
#define GOHTTPSNOOP_ABI_DEBUG_TYPES_PARTS_H

#include <stdint.h>

#include "arena.h"
#include "error.h"

struct debug_types;

/* Functions of debug_types.c for debug_signature.c. */

/* Returns the arena for what lives as long as `types`. */
struct arena *debug_types_arena(struct debug_types *types);

/* Returns the offset of the entry of the function that starts at `address`. -ENODATA if there is none. */
int debug_types_function(struct debug_types *types, uint64_t address, uint64_t *ret_offset,
			 struct error *err);

#endif
