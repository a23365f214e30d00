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

/* Starts at the first byte of `code`, which has the virtual address `address` and must outlive the reading. */
void disassembler_start(struct disassembler *disassembler, struct bytes code, uint64_t address);

/* Reads the next instruction. False at the end, or if the bytes are not an instruction. */
bool disassembler_next(struct disassembler *disassembler, struct instruction *ret_instruction);

/* Returns whether everything is read but perhaps the zeros that fill up a function. */
bool disassembler_is_done(const struct disassembler *disassembler);

/* Returns what the last instruction changes. */
struct instruction_effects disassembler_effects(const struct disassembler *disassembler);

#endif
