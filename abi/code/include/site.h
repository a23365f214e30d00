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

/*
 * Chooses the site of `function` by disassembling its prologue: the stack check, or the entry if there is none.
 * -EBADMSG if the first instruction cannot be decoded or is in no segment. -ENOTSUP if the site is the first
 * instruction and either the kernel accepts no probe on it or the function jumps back to it.
 */
int site_find(const struct image *image, const struct convention *convention,
	      const struct function *function, struct site *ret_site, struct error *err);

/*
 * Finds the site at, or after, the only call of `callee` in `function`, for events in the middle of a
 * function. The goroutine can be read there, the parameters of the function cannot. -ENOENT if there is no
 * such call (it was inlined, or the function has changed), -E2BIG if there are several.
 */
int site_find_call(const struct image *image, const struct convention *convention,
		   const struct function *function, const struct function *callee,
		   enum site_kind kind, struct site *ret_site, struct error *err);

/* The return instructions of a function: the first one as a site, and the file offsets of all of them. */
struct return_sites {
	struct site first;
	uint64_t *file_offsets;
	size_t count;
};

/*
 * Finds all return instructions of a function. -ENOENT if there is none, or if the function may also leave by
 * a jump into another function; -E2BIG if there are more than 1,024, or the function is larger than 1 MiB;
 * -EBADMSG if it cannot be decoded to its end. -ENOENT and -EBADMSG are also returned for assembly functions
 * of AArch64 that end in constants which look like such jumps or are not instructions. The caller releases
 * the sites.
 */
int site_find_returns(const struct image *image, const struct convention *convention,
		      const struct function *function, struct return_sites *ret_sites,
		      struct error *err);
void return_sites_release(struct return_sites *sites);

/* Returns the number of direct calls of `callee` in `function`, or a negative errno if the code cannot be decoded. */
int site_count_calls(const struct image *image, const struct function *function,
		     const struct function *callee, struct error *err);

#endif
