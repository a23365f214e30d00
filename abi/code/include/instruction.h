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
	bool has_target; /* a direct call or jump */
	uint64_t target;
	/*
	 * A conditional jump such as those that end a stack check. It is taken if a bit of the first mask is
	 * set in the flags register, or a bit of the second mask is clear. Both masks are 0 for other
	 * conditions.
	 */
	uint64_t taken_if_set, taken_if_clear;
	/* Reads a word that may be the stack guard of g; this register holds g then. */
	bool reads_guard;
	uint8_t guard_register;
	/* Loads from thread-local storage at this offset from the thread pointer. */
	bool reads_thread_local;
	int64_t thread_local_offset;
};

/* Where a probe can read a value: in a register of pt_regs, or on the stack. */
enum holder { HOLDER_NONE, HOLDER_INTEGER, HOLDER_STACK };

struct held {
	enum holder holder;
	uint8_t index;	/* INTEGER: pt_regs index */
	uint8_t size;	/* bytes held */
	int32_t offset; /* STACK: offset from SP after the instruction */
};

/* The effects of an instruction other than a call, jump or return. */
struct instruction_effects {
	uint32_t integers, floats; /* changed registers; bit n: pt_regs word n, float register n */
	struct held stored;	   /* where the instruction stores on the stack, if it does */
	int32_t stack_pointer;	   /* the number added to SP */
	/* The instruction copies float register `copied` to `copy`, which a probe can read. */
	uint8_t copied;
	struct held copy;
	bool opaque;	    /* may change other memory, or has unknown effects */
	bool only_stores;   /* it is opaque only because it may change other memory; amd64 */
	bool refuses_probe; /* the kernel places no probe on it */
	/*
	 * The instruction belongs to a sequence that Go's runtime restarts if it preempts the goroutine
	 * within it, and is not the last of the sequence: a probe there could be hit more than once. A probe
	 * on the last instruction is hit once and sees the same registers as the first, except for a scratch
	 * register.
	 */
	bool may_repeat;
};

#endif
