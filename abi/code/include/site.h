/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_SITE_H
#define GOHTTPSNOOP_ABI_SITE_H

#include "convention.h"
#include "image.h"
#include "pclntab.h"

/*
 * The instruction a uprobe is placed on. On the conditional jump of the stack check the kernel
 * emulates instead of single-stepping, arguments and SP are still as at entry, and the flags say
 * whether the function is about to grow its stack and start again (that hit is to be skipped).
 */
enum site_kind {
	SITE_STACK_CHECK, /* the conditional jump of the stack check */
	/* The first instruction, or the last of a sequence that begins there: the function has no stack check. */
	SITE_ENTRY,
	SITE_CALL,	 /* a call instruction inside the function; the kernel emulates that, too */
	SITE_RETURN,	 /* a return instruction; single-stepped, there is no other way */
	SITE_AFTER_CALL, /* the instruction after a call: the results of what was called are at hand */
	SITE_AFTER_SPILL, /* somewhat later, where floats that came in registers can be read: spill_site.h */
};

struct site {
	enum site_kind kind;
	uint64_t address;
	uint64_t file_offset;
	/* The jump will be taken, so the hit is skipped, when a bit of the first mask is set in the
	 * flags register or a bit of the second is clear. Both 0 for SITE_ENTRY. */
	uint64_t skip_if_set;
	uint64_t skip_if_clear;
	uint32_t stack_drop;  /* how much lower SP is here than at entry */
	bool returns_at_once; /* SITE_ENTRY: with this instruction; results are at hand, too */
	uint8_t goroutine_register; /* pt_regs index of g at this instruction, or CONVENTION_NO_REGISTER */
	/* Where no register holds g, thread-local storage does: at this offset from the thread pointer,
	 * as the function's first instructions have it; 0 when they do not say. */
	int32_t goroutine_offset;
};

/* As a person would call it. */
const char *site_kind_name(enum site_kind kind);

/*
 * Chooses the site of `function` by disassembling its prologue. Falls back to the entry for functions
 * without a stack check. -EBADMSG when the first instruction does not decode or lies in no segment, -ENOTSUP
 * when it is the site and the kernel may take no probe on it, or the function loops back to it.
 */
int site_find(const struct image *image, const struct convention *convention,
	      const struct function *function, struct site *ret_site, struct error *err);

/*
 * The site at, or after, the one call of `callee` in `function`: for what happens in the middle of a
 * function. Parameters of the function are gone there; the goroutine can still be found. -ENOENT when
 * there is no such call (it was inlined, or the function is another one), -E2BIG when there are several.
 */
int site_find_call(const struct image *image, const struct convention *convention,
		   const struct function *function, const struct function *callee,
		   enum site_kind kind, struct site *ret_site, struct error *err);

/* Where a function returns: the first place as a site, and the file offsets of all. */
struct return_sites {
	struct site first;
	uint64_t *file_offsets;
	size_t count;
};

/*
 * Finds the return instructions of a function: all of them, or none. -ENOENT when it has none, or leaves
 * by a jump into another function as well; -E2BIG when there are more than anybody would probe (1,024), or
 * it is larger than 1 MiB; -EBADMSG when it cannot be read to its end. Both are also said of assembly
 * functions of AArch64 that end in constants, where those are no instructions, or look like such jumps. The
 * caller releases the sites.
 */
int site_find_returns(const struct image *image, const struct convention *convention,
		      const struct function *function, struct return_sites *ret_sites,
		      struct error *err);
void return_sites_release(struct return_sites *sites);

/* How many times `function` calls `callee` directly; negative when its code cannot be read to its end. */
int site_count_calls(const struct image *image, const struct function *function,
		     const struct function *callee, struct error *err);

#endif
