/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_MINIMUM_H
#define GOHTTPSNOOP_ABI_MINIMUM_H

#include <stdint.h>

/* Only for unsigned numbers: a negative number would be converted to a very large one. */
static inline uint64_t minimum(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static inline uint64_t maximum(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

#endif
