/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_CONVENTION_H
#define GOHTTPSNOOP_ABI_CONVENTION_H

#include "go_version.h"
#include "image.h"
#include "types.h"

/* How a binary passes arguments: Go's ABI0 (stack) or ABIInternal (register), as one table row. */
struct convention {
	const char *name; /* "stack" or "register" */
	enum machine machine;
	/* Argument registers in order of assignment, as indices into the kernel's pt_regs (64-bit words). */
	const uint8_t *integer_registers;
	uint8_t integer_count;
	uint8_t float_count; /* float registers cannot be read from a uprobe; values in them are known to be there */
	uint8_t stack_pointer;	     /* pt_regs index of SP */
	uint8_t instruction_pointer; /* pt_regs index of the address of the probed instruction */
	uint8_t goroutine_register; /* pt_regs index of g at function entry, or CONVENTION_NO_REGISTER */
	uint8_t stack_arguments; /* offset of the first stack argument from SP at entry */
	/* DWARF's numbers: of registers, as indices into pt_regs; of the first float register; and what
	 * to add to SP at entry to get the canonical frame address. */
	const uint8_t *dwarf_registers;
	uint8_t dwarf_register_count;
	uint8_t dwarf_first_float;
	int8_t frame_address;
};

#define CONVENTION_NO_REGISTER 0xff

/* Where one machine word, or part, of a value lies at function entry. */
enum place { PLACE_INTEGER, PLACE_FLOAT, PLACE_STACK };

struct piece {
	enum place place;
	uint8_t index; /* pt_regs index (INTEGER) or ordinal of the float register (FLOAT) */
	uint32_t stack_offset; /* STACK: from SP at entry */
	uint32_t value_offset; /* which part of the value */
	uint32_t size;
};

#define CONVENTION_MAX_PIECES 32 /* all argument registers of arm64 */

/* A value on the stack is one piece; a value in registers has one piece a register. */
struct location {
	struct piece pieces[CONVENTION_MAX_PIECES];
	size_t piece_count; /* 0: a zero-size value */
};

/*
 * The convention of a binary: by its Go version and machine, and the experiments that switch the
 * register ABI off. Never NULL.
 */
const struct convention *convention_of(enum machine machine, const struct go_version *version);

/* What the parameters of a function take: registers as bits, and the stack up to an offset from SP at entry. */
struct argument_use {
	uint64_t integers, floats;
	uint32_t stack_end;
};

/* Errors as of convention_locate(), for any of them. */
int convention_use(const struct convention *convention, struct types *types,
		   const struct signature *signature, struct argument_use *ret_use,
		   struct error *err);

/* Where a result lies when the function returns. Errors as of convention_locate(). */
int convention_locate_result(const struct convention *convention, struct types *types,
			     const struct signature *signature, size_t index,
			     struct location *ret_location, struct error *err);

/* The name of a word of the work area of plans: a register, or "thread pointer". */
const char *convention_register_name(const struct convention *convention, uint8_t word);

/*
 * Where parameter `index` of `signature` lies when the function is entered, by the assignment
 * rule of Go's abi-internal.md. -ENODATA when a type up to it is incomplete and cannot be
 * completed, or when parameters may be missing before it: DWARF does not say that it lies there, and those
 * that are listed do not take as much of the stack as the function says. -EBADMSG when a type is damaged,
 * -E2BIG when the types together are larger than any program's, -EINVAL when there is no such parameter.
 */
int convention_locate(const struct convention *convention, struct types *types,
		      const struct signature *signature, size_t index,
		      struct location *ret_location, struct error *err);

#endif
