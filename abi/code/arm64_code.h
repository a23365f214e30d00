/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_ARM64_CODE_H
#define GOHTTPSNOOP_ABI_ARM64_CODE_H

#include "arm64_effects.h"
#include "bytes.h"
#include "instruction.h"

/*
 * The disassembler for AArch64. Each instruction has 32 bits, and the needed properties are in fixed bit
 * fields. So no table of all instructions is needed, which would have to be as new as the code. Constants
 * that the function loads relative to the program counter (Go puts large constants after a function's code)
 * are returned as instructions of the kind OTHER, whatever their bits are.
 */
struct arm64_code {
	struct bytes code;
	uint64_t address; /* address of the first byte */
	size_t at;	  /* bytes read */
	uint32_t word;	  /* the instruction that was read last */
	uint8_t *is_literal;
	size_t literal_capacity; /* capacity of is_literal, in words */
	struct arm64_frame frame;
};

void arm64_code_start(struct arm64_code *arm64, struct bytes code, uint64_t address);
void arm64_code_finish(struct arm64_code *arm64);

/* As disassembler_next(). */
bool arm64_code_next(struct arm64_code *arm64, struct instruction *ret_instruction);

/* Returns the bytes that were not read yet. */
struct bytes arm64_code_left(const struct arm64_code *arm64);

/* Returns the effects of the instruction that was read last. */
struct instruction_effects arm64_code_effects(const struct arm64_code *arm64);

#endif
