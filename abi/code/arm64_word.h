/* SPDX-License-Identifier: MIT */
/* Access to bit fields of an AArch64 instruction. */
#ifndef GOHTTPSNOOP_ABI_ARM64_WORD_H
#define GOHTTPSNOOP_ABI_ARM64_WORD_H

#include <stdbool.h>
#include <stdint.h>

static inline bool word_is(uint32_t word, uint32_t mask, uint32_t value)
{
	return (word & mask) == value;
}

static inline uint32_t word_bits(uint32_t word, int shift, int width)
{
	return word >> shift & ((1u << width) - 1);
}

static inline int32_t word_signed(uint32_t word, int shift, int width)
{
	int32_t value = (int32_t)word_bits(word, shift, width);

	return value >> (width - 1) ? value - (1 << width) : value;
}

#endif
