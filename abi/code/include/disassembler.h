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

/* Starts over at the begin of `code`, which lies at `address` and outlives the reading. */
void disassembler_start(struct disassembler *disassembler, struct bytes code, uint64_t address);

/* The next instruction; false at the end, or where the bytes are none. */
bool disassembler_next(struct disassembler *disassembler, struct instruction *ret_instruction);

/* Whether it has read all, or all but zeros that a function is filled up with. */
bool disassembler_is_done(const struct disassembler *disassembler);

/* What the instruction read last changes. */
struct instruction_effects disassembler_effects(const struct disassembler *disassembler);

#endif
