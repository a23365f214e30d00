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

/* As much of an instruction as the choice of a probe site takes. Registers are pt_regs indices. */
struct instruction {
	enum instruction_kind kind;
	uint64_t address;
	bool has_target; /* of a direct call or jump */
	uint64_t target;
	/* A jump that a stack check may end in: taken when a bit of the first mask is set in the flags
	 * register or a bit of the second is clear. Both 0 for other conditions. */
	uint64_t taken_if_set, taken_if_clear;
	/* Reads what may be the stack guard of the g in this register. */
	bool reads_guard;
	uint8_t guard_register;
	/* Loads from thread-local storage at this offset from the thread pointer. */
	bool reads_thread_local;
	int64_t thread_local_offset;
};

/* What can hold a word for a probe to read: a register that pt_regs has, or the stack. */
enum holder { HOLDER_NONE, HOLDER_INTEGER, HOLDER_STACK };

struct held {
	enum holder holder;
	uint8_t index;	/* INTEGER: into pt_regs */
	uint8_t size;	/* bytes held */
	int32_t offset; /* STACK: from SP, as it is afterwards */
};

/* What an instruction that is no call, jump or return changes. */
struct instruction_effects {
	uint32_t integers, floats; /* bit n: word n of pt_regs, float register n */
	struct held stored;	   /* on the stack, if anything */
	int32_t stack_pointer;	   /* is added to SP */
	/* Copies a float register to where it can be read: `copied` says which, `copy` where. */
	uint8_t copied;
	struct held copy;
	bool opaque;	    /* may change other memory, or what is not known */
	bool refuses_probe; /* the kernel places none on it */
	/* Not the last of a sequence that Go's runtime begins again when it takes the processor away: a probe
	 * there would be hit more than once. The last may be probed, and finds all but a scratch register as
	 * the first does. */
	bool may_repeat;
};

#endif
