/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_ALIGNMENT_H
#define GOHTTPSNOOP_ABI_ALIGNMENT_H

#include "types.h"

/*
 * The alignment of a type's values, 1 to 8. -ENODATA when not all of it is described, -EBADMSG when the
 * description cannot be of a Go type, -E2BIG when it is larger or deeper than any program's.
 */
int alignment_of(struct types *types, const struct type *type, uint64_t *ret_alignment,
		 struct error *err);

/* The same as a part of a larger task, whose steps so far are in `steps`: -E2BIG when they are too many. */
enum { ALIGNMENT_MAX_STEPS = 200000 };
int alignment_within(struct types *types, const struct type *type, uint32_t *steps,
		     uint64_t *ret_alignment, struct error *err);

/* The next multiple of an alignment. */
uint64_t alignment_up(uint64_t offset, uint64_t alignment);

#endif
