/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_INSTRUCTION_H
#define GOHTTPSNOOP_ABI_INSTRUCTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum instruction_kind {
	INSTRUCTION_OTHER,
	INSTRUCTION_CALL,
	INSTRUCTION_JUMP,
	INSTRUCTION_CONDITIONAL_JUMP,
	INSTRUCTION_RETURN,
};

/* The properties of an instruction that the choice of a probe site needs. Registers are pt_regs indices. */
struct instruction {
	enum instruction_kind kind;
	uint64_t address;
	bool has_target; /* of a direct call or jump */
	uint64_t target;
	/* A jump at the end of a stack check. It is taken when a bit of the first mask is set in the flags
	 * register or a bit of the second is clear. Both 0 for other conditions. */
	uint64_t taken_if_set, taken_if_clear;
	/* Reads what may be the stack guard of the g in this register. */
	bool reads_guard;
	uint8_t guard_register;
	/* Loads from thread-local storage at this offset from the thread pointer. */
	bool reads_thread_local;
	int64_t thread_local_offset;
};

/* Where a probe can read a word: in a register of pt_regs, or on the stack. */
enum holder { HOLDER_NONE, HOLDER_INTEGER, HOLDER_STACK };

struct held {
	enum holder holder;
	uint8_t index;	/* INTEGER: into pt_regs */
	uint8_t size;	/* bytes held */
	int32_t offset; /* STACK: from SP, as it is afterwards */
};

/* What an instruction other than a call, jump or return changes. */
struct instruction_effects {
	uint32_t integers, floats; /* bit n: word n of pt_regs, float register n */
	struct held stored;	   /* on the stack, if anything */
	int32_t stack_pointer;	   /* is added to SP */
	/* Copies a float register to where it can be read: `copied` says which, `copy` where. */
	uint8_t copied;
	struct held copy;
	bool opaque;	    /* may change other memory, or has unknown effects */
	bool refuses_probe; /* the kernel places no probe on it */
	/* Part of a sequence, but not its last instruction, that Go's runtime restarts when it preempts the
	 * goroutine within it: a probe there could be hit more than once. A probe on the last instruction is hit
	 * once and sees the same registers as the first, except for a scratch register. */
	bool may_repeat;
};

#endif
