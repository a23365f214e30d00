/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_ACCESS_H
#define GOHTTPSNOOP_ABI_ACCESS_H

#include "convention.h"
#include "expression.h"
#include "site.h"
#include "types.h"

/* At most this many pointers are followed from the registers to a value. */
#define ACCESS_MAX_HOPS 16

/* A probe point, as far as its parameters are concerned. Everything in it outlives the accesses. */
struct scope {
	const struct convention *convention;
	struct types *types;
	const struct signature *signature;
	const struct site *site;
};

/*
 * The way to a value: a word of the thread's registers, then pointers. hops[0] is the displacement
 * from that word to the next pointer, and so on; the last hop leads to the value itself. Without hops
 * the value is in registers: `words` are the pt_regs indices of its (at most two) machine words.
 */
struct access {
	const struct type *type;
	uint8_t words[2];
	size_t word_count; /* in registers: 1 or 2; in memory: 1, the register to start from */
	int32_t hops[ACCESS_MAX_HOPS];
	size_t hop_count;
};

/*
 * Finds the way to the value of `expression` at a probe point. -ENOENT when there is no such parameter
 * or field, -ENOTSUP when the value cannot be reached (it is in a float register, its type cannot be
 * taken apart), -ENODATA when a type on the way is not described.
 */
int access_resolve(const struct scope *scope, const struct expression *expression,
		   struct access *ret_access, struct error *err);

#endif
