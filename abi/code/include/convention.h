/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_CONVENTION_H
#define GOHTTPSNOOP_ABI_CONVENTION_H

#include "go_version.h"
#include "image.h"
#include "types.h"

/* A calling convention: Go's ABI0 (stack) or ABIInternal (register) on one machine. */
struct convention {
	const char *name; /* "stack" or "register" */
	enum machine machine;
	/* Argument registers in order of assignment, as indices into the kernel's pt_regs (64-bit words). */
	const uint8_t *integer_registers;
	uint8_t integer_count;
	uint8_t float_count; /* a uprobe cannot read float registers, but parameters are assigned to them */
	uint8_t stack_pointer;	     /* pt_regs index of SP */
	uint8_t instruction_pointer; /* pt_regs index of the address of the probed instruction */
	uint8_t goroutine_register; /* pt_regs index of g at function entry, or CONVENTION_NO_REGISTER */
	uint8_t stack_arguments; /* offset of the first stack argument from SP at entry */
	/*
	 * The pt_regs index for each DWARF register number, DWARF's number of the first float register, and
	 * the canonical frame address relative to SP at entry.
	 */
	const uint8_t *dwarf_registers;
	uint8_t dwarf_register_count;
	uint8_t dwarf_first_float;
	int8_t frame_address;
};

#define CONVENTION_NO_REGISTER 0xff

/* The kind of location of a part of a value at function entry. */
enum place { PLACE_INTEGER, PLACE_FLOAT, PLACE_STACK };

struct piece {
	enum place place;
	uint8_t index; /* pt_regs index (INTEGER) or ordinal of the float register (FLOAT) */
	uint32_t stack_offset; /* STACK: offset from SP at entry */
	uint32_t value_offset; /* offset of this part in the value */
	uint32_t size;
};

#define CONVENTION_MAX_PIECES 32 /* all argument registers of arm64 */

/* A value on the stack is one piece; a value in registers has one piece for each register. */
struct location {
	struct piece pieces[CONVENTION_MAX_PIECES];
	size_t piece_count; /* 0: the value has size 0 */
};

/*
 * Returns the convention of a binary. It depends on the machine, the Go version and the Go experiments that
 * disable the register ABI. Never NULL.
 */
const struct convention *convention_of(enum machine machine, const struct go_version *version);

/*
 * The registers (as bits) that the parameters of a function occupy, and the end of the parameters on the
 * stack (offset from SP at entry).
 */
struct argument_use {
	uint64_t integers, floats;
	uint32_t stack_end;
};

/* Computes the use of all parameters. Returns the errors of convention_locate(), for any parameter. */
int convention_use(const struct convention *convention, struct types *types,
		   const struct signature *signature, struct argument_use *ret_use,
		   struct error *err);

/* Locates result `index` at the return of the function. Returns the errors of convention_locate(). */
int convention_locate_result(const struct convention *convention, struct types *types,
			     const struct signature *signature, size_t index,
			     struct location *ret_location, struct error *err);

/*
 * Computes how many bytes of the caller's stack parameters and results take, including the space to which
 * parameters in registers can be spilled. This is the number in stack_size of `struct function`. Returns the
 * errors of convention_locate().
 */
int convention_stack_size(const struct convention *convention, struct types *types,
			  const struct signature *signature, int64_t *ret_size, struct error *err);

/* Returns the name of a word of a plan's work area: a register, or "thread pointer"; "?" for other words. */
const char *convention_register_name(const struct convention *convention, uint8_t word);

/*
 * Locates parameter `index` of `signature` at function entry, by the assignment rule of Go's abi-internal.md.
 * -ENODATA if a type up to the parameter is not completely described, or if the signature may lack parameters
 * before it: DWARF does not confirm the location, and the listed parameters use less of the stack than the
 * function table says. -EBADMSG if a type is damaged, -E2BIG if the types exceed the limits, -EINVAL if there
 * is no such parameter.
 */
int convention_locate(const struct convention *convention, struct types *types,
		      const struct signature *signature, size_t index,
		      struct location *ret_location, struct error *err);

#endif
