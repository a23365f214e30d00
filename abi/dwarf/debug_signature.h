/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DEBUG_SIGNATURE_H
#define GOHTTPSNOOP_ABI_DEBUG_SIGNATURE_H

#include "arena.h"
#include "debug_types.h"

/* Reads the signature of the function whose entry is at `function`; it lives in `arena`. */
int debug_signature_read(struct debug_types *types, struct arena *arena, uint64_t function,
			 struct signature *ret_signature, struct error *err);

#endif
