/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_CONTEXT_TYPES_H
#define GOHTTPSNOOP_CORE_CONTEXT_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include "types.h"

enum {
	CONTEXT_TYPES_MAX = 8,
	CONTEXT_CHAIN_MAX =
		16, /* the most contexts that are followed from one to the one that it was made from */
};

/*
 * The types of the standard library's contexts that are made from another context, which is the first member of each
 * (golang/go src/context/context.go and src/os/signal/signal.go of all releases): by the hashes that their values have
 * in interfaces. Types that the program does not have are left out.
 */
struct context_types {
	uint32_t hashes[CONTEXT_TYPES_MAX];
	uint8_t count;
};

struct context_types context_types_of(struct types *types);

/* Returns whether a context with this hash is made from another one. */
bool context_types_have(const struct context_types *types, uint32_t hash);

#endif
