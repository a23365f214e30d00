/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_DISASSEMBLER_H
#define GOHTTPSNOOP_ABI_DISASSEMBLER_H

#include "image.h"
#include "instruction.h"

/* Reads machine code, instruction by instruction. */
struct disassembler;

int disassembler_open(enum machine machine, struct disassembler **ret_disassembler,
		      struct error *err);
void disassembler_close(struct disassembler *disassembler);

/*
 * Starts at the first byte of `code`. The code has the virtual address `address` and must stay valid while it
 * is read.
 */
void disassembler_start(struct disassembler *disassembler, struct bytes code, uint64_t address);

/* Reads the next instruction. Returns false at the end, or if the bytes are not a known instruction. */
bool disassembler_next(struct disassembler *disassembler, struct instruction *ret_instruction);

/* Returns whether all code was read, apart from zeros that may pad a function. */
bool disassembler_is_done(const struct disassembler *disassembler);

/* Returns what the last instruction changes. */
struct instruction_effects disassembler_effects(const struct disassembler *disassembler);

#endif
