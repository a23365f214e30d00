/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_ALIGNMENT_H
#define GOHTTPSNOOP_ABI_ALIGNMENT_H

#include "types.h"

/*
 * Returns the alignment of a type's values, 1 to 8 bytes. -ENODATA if a part of the type is not described, -EBADMSG if
 * no Go type can have this description, -E2BIG if the type exceeds the limits on size and depth.
 */
int alignment_of(struct types *types, const struct type *type, uint64_t *ret_alignment,
		 struct error *err);

/*
 * Like alignment_of(), but adds the number of visited types to `steps`, so that one limit covers several calls.
 * -E2BIG if `steps` exceeds ALIGNMENT_MAX_STEPS.
 */
enum { ALIGNMENT_MAX_STEPS = 200000 };
int alignment_within(struct types *types, const struct type *type, uint32_t *steps,
		     uint64_t *ret_alignment, struct error *err);

/* Rounds an offset up to a multiple of `alignment`. */
uint64_t alignment_up(uint64_t offset, uint64_t alignment);

#endif
