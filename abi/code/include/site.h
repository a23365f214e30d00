/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_SITE_H
#define GOHTTPSNOOP_ABI_SITE_H

#include "convention.h"
#include "image.h"
#include "pclntab.h"

/*
 * The instruction on which a uprobe is placed. The best one is the conditional jump of the stack check: the kernel
 * emulates it instead of single-stepping, arguments and SP are as at entry, and the flags say whether the function is
 * about to grow its stack and start again (such a hit is skipped).
 */
enum site_kind {
	SITE_STACK_CHECK, /* the conditional jump of the stack check */
	/*
	 * The function has no stack check: its first instruction, or the last one of the restartable sequence
	 * that begins there (see may_repeat in instruction.h).
	 */
	SITE_ENTRY,
	SITE_CALL,   /* a call instruction inside the function, which the kernel emulates, too */
	SITE_RETURN, /* a return instruction, which the kernel single-steps */
	/*
	 * After a call: the results of the called function can be read. The conditional jump that follows, which the kernel
	 * emulates, or, if the results are overwritten before it or on the stack, the next instruction.
	 */
	SITE_AFTER_CALL,
	SITE_AFTER_SPILL, /* a later instruction, where float parameters can be read: spill_site.h */
};

struct site {
	enum site_kind kind;
	uint64_t address;
	uint64_t file_offset;
	/*
	 * The hit is skipped, because the jump will be taken, if a bit of the first mask is set in the flags
	 * register or a bit of the second mask is clear. Both masks are 0 for all sites but SITE_STACK_CHECK.
	 */
	uint64_t skip_if_set;
	uint64_t skip_if_clear;
	uint32_t stack_drop; /* SP at entry minus SP at this instruction */
	bool returns_at_once; /* SITE_ENTRY: this instruction is the return, so results can be read, too */
	uint8_t goroutine_register; /* pt_regs index of g at this instruction, or CONVENTION_NO_REGISTER */
	/*
	 * If no register holds g, g is in thread-local storage at this offset from the thread pointer. The
	 * offset is taken from the function's first instructions; 0 if they do not contain it.
	 */
	int32_t goroutine_offset;
};

/* Returns the name for reports: "stack check". */
const char *site_kind_name(enum site_kind kind);

#endif
