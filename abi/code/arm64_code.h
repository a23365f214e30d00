/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_ARM64_CODE_H
#define GOHTTPSNOOP_ABI_ARM64_CODE_H

#include "arm64_effects.h"
#include "bytes.h"
#include "instruction.h"

/*
 * AArch64 for the disassembler: each instruction has 32 bits, and what has to be known of it is in fixed fields, so that
 * no table of all instructions is needed, which would have to be as new as the code. Words that the function loads
 * relative to the program counter (Go puts large constants behind a function's code) are read as instructions of the
 * kind OTHER, whatever they look like.
 */
struct arm64_code {
	struct bytes code;
	uint64_t address; /* of its begin */
	size_t at;	  /* bytes read */
	uint32_t word;	  /* read last */
	uint8_t *is_literal;
	size_t literal_capacity; /* words that there is room for */
	struct arm64_frame frame;
};

void arm64_code_start(struct arm64_code *arm64, struct bytes code, uint64_t address);
void arm64_code_finish(struct arm64_code *arm64);

/* As disassembler_next(). */
bool arm64_code_next(struct arm64_code *arm64, struct instruction *ret_instruction);

/* What is not read yet. */
struct bytes arm64_code_left(const struct arm64_code *arm64);

/* What the instruction read last changes. */
struct instruction_effects arm64_code_effects(const struct arm64_code *arm64);

#endif
