/* SPDX-License-Identifier: MIT */
#include "convention.h"

#include <errno.h>
#include <linux/types.h>

#include "alignment.h"
#include "contract.h"

/* Malicious DWARF can describe types that are very deeply nested. */
#define MAX_DEPTH 64

/* rax rbx rcx rdi rsi r8 r9 r10 r11 (linux arch/x86/include/uapi/asm/ptrace.h). */
static const uint8_t amd64_integers[] = { 10, 5, 11, 14, 13, 9, 8, 7, 6 };
/* x0 to x15 in struct user_pt_regs (linux arch/arm64/include/uapi/asm/ptrace.h). */
static const uint8_t arm64_integers[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

/*
 * DWARF register numbers: System V psABI for AMD64, figure 3.36; DWARF for the Arm 64-bit Architecture,
 * section 4.1.
 */
static const uint8_t amd64_dwarf[] = { 10, 12, 11, 5, 13, 14, 4, 19, 9, 8, 7, 6, 3, 2, 1, 0 };
#define AMD64_DWARF                                                                  \
	.dwarf_registers = amd64_dwarf, .dwarf_register_count = sizeof(amd64_dwarf), \
	.dwarf_first_float = 17, .frame_address = 8
#define ARM64_DWARF                                                                        \
	.dwarf_registers = arm64_integers, .dwarf_register_count = sizeof(arm64_integers), \
	.dwarf_first_float = 64, .frame_address = 0

/* golang/go src/cmd/compile/abi-internal.md and src/internal/abi/abi_{amd64,arm64}.go. */
static const struct convention amd64_stack = {
	.name = "stack",
	.machine = MACHINE_AMD64,
	AMD64_DWARF,
	.stack_pointer = 19,
	.instruction_pointer = 16,
	.goroutine_register = CONVENTION_NO_REGISTER, /* g is in thread-local storage */
	.stack_arguments = 8,			      /* above the return address */
};

static const struct convention amd64_register = {
	.name = "register",
	.machine = MACHINE_AMD64,
	AMD64_DWARF,
	.integer_registers = amd64_integers,
	.integer_count = sizeof(amd64_integers),
	.float_count = 15,
	.stack_pointer = 19,
	.instruction_pointer = 16,
	.goroutine_register = 1, /* r14 */
	.stack_arguments = 8,
};

static const struct convention arm64_stack = {
	.name = "stack",
	.machine = MACHINE_ARM64,
	ARM64_DWARF,
	.stack_pointer = 31,
	.instruction_pointer = 32,
	.goroutine_register = 28, /* R28 is g in all releases */
	.stack_arguments = 8,	  /* above the slot for the callee's link register */
};

static const struct convention arm64_register = {
	.name = "register",
	.machine = MACHINE_ARM64,
	ARM64_DWARF,
	.integer_registers = arm64_integers,
	.integer_count = sizeof(arm64_integers),
	.float_count = 16,
	.stack_pointer = 31,
	.instruction_pointer = 32,
	.goroutine_register = 28,
	.stack_arguments = 8,
};

/*
 * The register ABI is the default since Go 1.17 on amd64 and 1.18 on arm64 (golang/go
 * src/internal/buildcfg/exp.go).
 */
const struct convention *convention_of(enum machine machine, const struct go_version *version)
{
	uint32_t since = machine == MACHINE_AMD64 ? GO_VERSION(17, 0) : GO_VERSION(18, 0);
	bool registers = version->number >= since && !version->no_register_abi;

	if (machine == MACHINE_AMD64)
		return registers ? &amd64_register : &amd64_stack;
	return registers ? &arm64_register : &arm64_stack;
}

/* The state while locations are assigned to the parameters of a signature. */
struct assignment {
	const struct convention *convention;
	struct types *types;
	struct error *err;
	uint8_t integers, floats; /* registers assigned so far */
	uint32_t stack;		  /* bytes of the stack sequence so far */
	uint32_t steps;		  /* steps over the types of all parameters */
	struct location location; /* location of the current value */
	uint64_t alignment;	  /* alignment of the current value */
};

/* Counts a step of the recursion and completes the parts of `type`. */
static int assignment_step(struct assignment *assignment, const struct type *type, int depth)
{
	if (++assignment->steps > ALIGNMENT_MAX_STEPS || depth > MAX_DEPTH)
		return error_fail(assignment->err, -E2BIG,
				  "the type %s is too large to be an argument", type->name);
	if (type->kind == TYPE_UNKNOWN)
		return error_fail(assignment->err, -ENODATA, "the layout of %s is not known",
				  type->name);
	if (type->kind == TYPE_STRUCT || type->kind == TYPE_ARRAY)
		return types_complete(assignment->types, type, assignment->err);
	return 0;
}

/* Returns 1 if the next `count` registers of `place` were assigned, 0 if there are not enough. */
static int take_registers(struct assignment *assignment, enum place place, uint64_t value_offset,
			  size_t count, uint64_t size)
{
	const struct convention *convention = assignment->convention;
	struct location *location = &assignment->location;
	uint8_t *used = place == PLACE_INTEGER ? &assignment->integers : &assignment->floats;
	size_t limit = place == PLACE_INTEGER ? convention->integer_count : convention->float_count;

	if (*used + count > limit || location->piece_count + count > CONVENTION_MAX_PIECES)
		return 0;
	for (size_t i = 0; i < count; i++, (*used)++) {
		location->pieces[location->piece_count++] = (struct piece){
			.place = place,
			.index = place == PLACE_INTEGER ? convention->integer_registers[*used] :
							  *used,
			.value_offset = (uint32_t)(value_offset + i * size),
			.size = (uint32_t)size,
		};
	}
	return 1;
}

/*
 * Assigns registers to the part of a parameter that has the type `type` and is at `offset`. Returns 1 if it
 * was assigned, 0 if there are not enough registers or the type is never in registers, or a negative errno.
 */
static int assign_registers(struct assignment *assignment, const struct type *type, uint64_t offset,
			    int depth)
{
	int r = assignment_step(assignment, type, depth);

	if (r < 0)
		return r;
	switch (type->kind) {
	case TYPE_FLOAT:
		return take_registers(assignment, PLACE_FLOAT, offset, 1, type->size);
	case TYPE_COMPLEX:
		return take_registers(assignment, PLACE_FLOAT, offset, 2, type->size / 2);
	case TYPE_STRING:
	case TYPE_INTERFACE:
		return take_registers(assignment, PLACE_INTEGER, offset, 2, 8);
	case TYPE_SLICE:
		return take_registers(assignment, PLACE_INTEGER, offset, 3, 8);
	case TYPE_ARRAY:
		if (type->length > 1)
			return 0;
		return type->length ?
			       assign_registers(assignment, type->element, offset, depth + 1) :
			       1;
	case TYPE_STRUCT:
		for (size_t i = 0; i < type->field_count; i++) {
			const struct field *field = &type->fields[i];

			r = assign_registers(assignment, field->type, offset + field->offset,
					     depth + 1);
			if (r <= 0)
				return r;
		}
		return 1;
	default:
		return take_registers(assignment, PLACE_INTEGER, offset, 1, type->size);
	}
}

/* Adds the value to the stack sequence. */
static int assign_stack(struct assignment *assignment, const struct type *type)
{
	uint64_t offset = alignment_up(assignment->stack, assignment->alignment), end;

	if (__builtin_add_overflow(offset, type->size, &end) || end > INT32_MAX)
		return error_fail(assignment->err, -E2BIG,
				  "the type %s is too large to be an argument", type->name);
	assignment->location.piece_count = type->size ? 1 : 0;
	assignment->location.pieces[0] = (struct piece){
		.place = PLACE_STACK,
		.stack_offset = (uint32_t)(assignment->convention->stack_arguments + offset),
		.size = (uint32_t)type->size,
	};
	assignment->stack = (uint32_t)end;
	return 0;
}

static int assign(struct assignment *assignment, const struct type *type)
{
	uint8_t integers = assignment->integers, floats = assignment->floats;
	int r;

	assignment->location.piece_count = 0;
	r = alignment_within(assignment->types, type, &assignment->steps, &assignment->alignment,
			     assignment->err);
	if (r < 0)
		return r;
	if (type->size == 0)
		return assign_stack(assignment, type);
	r = assign_registers(assignment, type, 0, 0);
	if (r != 0)
		return r < 0 ? r : 0;
	assignment->integers = integers;
	assignment->floats = floats;
	return assign_stack(assignment, type);
}

/* Returns whether DWARF gives no location of the first word, or the same one. */
static bool hint_agrees(const struct convention *convention, const struct entry_hint *hint,
			const struct location *location)
{
	const struct piece *first = &location->pieces[0];

	if (hint->kind == ENTRY_UNKNOWN || location->piece_count == 0)
		return true;
	if (hint->kind == ENTRY_STACK)
		return first->place == PLACE_STACK &&
		       hint->offset + convention->frame_address == (int64_t)first->stack_offset;
	if (first->place == PLACE_FLOAT)
		return hint->reg == convention->dwarf_first_float + first->index;
	return first->place == PLACE_INTEGER && hint->reg < convention->dwarf_register_count &&
	       convention->dwarf_registers[hint->reg] == first->index;
}

static int assign_all(struct assignment *assignment, const struct parameter *parameters,
		      size_t count)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		r = assign(assignment, parameters[i].type);
	return r;
}

/* Results use the registers again, and continue on the stack at the next word after the parameters. */
static int assign_results(struct assignment *assignment, const struct signature *signature,
			  size_t count)
{
	assignment->integers = 0;
	assignment->floats = 0;
	assignment->stack = (uint32_t)alignment_up(assignment->stack, 8);
	return assign_all(assignment, signature->results, count);
}

int convention_stack_size(const struct convention *convention, struct types *types,
			  const struct signature *signature, int64_t *ret_size, struct error *err)
{
	struct assignment assignment = { .convention = convention, .types = types, .err = err };
	const struct location *location = &assignment.location;
	uint64_t spilled = 0;
	int r;

	for (size_t i = 0; i < signature->parameter_count; i++) {
		const struct type *type = signature->parameters[i].type;

		r = assign(&assignment, type);
		if (r < 0)
			return r;
		if (location->piece_count && location->pieces[0].place != PLACE_STACK)
			spilled = alignment_up(spilled, assignment.alignment) + type->size;
	}
	r = assign_results(&assignment, signature, signature->result_count);
	if (r < 0)
		return r;
	*ret_size = (int64_t)(alignment_up(assignment.stack, 8) + alignment_up(spilled, 8));
	return 0;
}

/* Returns whether the signature is complete. Up to Go 1.21, DWARF lacks blank parameters. */
static bool fills_stack(const struct convention *convention, struct types *types,
			const struct signature *signature)
{
	int64_t size = 0;

	return convention_stack_size(convention, types, signature, &size, NULL) == 0 &&
	       size == signature->stack_size;
}

/* The state while parameters are located and compared with DWARF and the function table. */
struct reading {
	const struct signature *signature;
	struct assignment assignment;
	bool is_counted, is_whole; /* the result of fills_stack(), if is_counted */
};

static bool is_whole(struct reading *reading)
{
	if (!reading->is_counted)
		reading->is_whole = fills_stack(reading->assignment.convention,
						reading->assignment.types, reading->signature);
	reading->is_counted = true;
	return reading->is_whole;
}

/*
 * Returns whether a computed location contradicts the binary. DWARF's location confirms it, but does not
 * disprove it: DWARF gives no location for an unused parameter, and up to Go 1.16 it gives the location of
 * the used part (the length of a slice) for the whole parameter. So, unless DWARF confirms the location, it
 * is decisive whether the signature is complete. Only if this is unknown, DWARF decides.
 */
static bool is_contradicted(struct reading *reading, size_t index)
{
	const struct entry_hint *hint = &reading->signature->parameters[index].hint;
	bool agrees =
		hint_agrees(reading->assignment.convention, hint, &reading->assignment.location);

	if (agrees && hint->kind != ENTRY_UNKNOWN)
		return false;
	return reading->signature->stack_size ? !is_whole(reading) : !agrees;
}

static int check_place(struct reading *reading, size_t index)
{
	if (!is_contradicted(reading, index))
		return 0;
	return error_fail(reading->assignment.err, -ENODATA,
			  "the location of %s is not certain: DWARF does not list all parameters",
			  reading->signature->parameters[index].name);
}

int convention_locate(const struct convention *convention, struct types *types,
		      const struct signature *signature, size_t index,
		      struct location *ret_location, struct error *err)
{
	struct reading reading = {
		.signature = signature,
		.assignment = { .convention = convention, .types = types, .err = err },
	};
	int r;

	if (index >= signature->parameter_count)
		return error_fail(err, -EINVAL, "there is no parameter %zu", index);
	r = assign_all(&reading.assignment, signature->parameters, index + 1);
	if (r == 0)
		r = check_place(&reading, index);
	if (r == 0)
		*ret_location = reading.assignment.location;
	return r;
}

int convention_locate_result(const struct convention *convention, struct types *types,
			     const struct signature *signature, size_t index,
			     struct location *ret_location, struct error *err)
{
	struct assignment assignment = { .convention = convention, .types = types, .err = err };
	int r;

	if (index >= signature->result_count)
		return error_fail(err, -EINVAL, "there is no result %zu", index);
	r = assign_all(&assignment, signature->parameters, signature->parameter_count);
	if (r == 0)
		r = assign_results(&assignment, signature, index + 1);
	if (r < 0)
		return r;
	if (signature->stack_size && !fills_stack(convention, types, signature))
		return error_fail(
			err, -ENODATA,
			"the location of the results is not certain: DWARF does not list all parameters");
	*ret_location = assignment.location;
	return 0;
}

static const char *const amd64_names[] = {
	"r15", "r14", "r13", "r12", "rbp",	"rbx", "r11", "r10",	"r9",  "r8", "rax",
	"rcx", "rdx", "rsi", "rdi", "orig_rax", "rip", "cs",  "eflags", "rsp", "ss",
};
static const char *const arm64_names[] = {
	"x0",  "x1",  "x2",  "x3",  "x4",  "x5",  "x6",	 "x7",	"x8",  "x9",	 "x10", "x11",
	"x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21",	 "x22", "x23",
	"x24", "x25", "x26", "x27", "x28", "x29", "x30", "sp",	"pc",  "pstate",
};

const char *convention_register_name(const struct convention *convention, uint8_t word)
{
	if (word == PLAN_THREAD_POINTER)
		return "thread pointer";
	if (convention->machine == MACHINE_AMD64)
		return word < sizeof(amd64_names) / sizeof(amd64_names[0]) ? amd64_names[word] :
									     "?";
	return word < sizeof(arm64_names) / sizeof(arm64_names[0]) ? arm64_names[word] : "?";
}

static void note_use(const struct location *location, struct argument_use *use)
{
	for (size_t i = 0; i < location->piece_count; i++) {
		const struct piece *piece = &location->pieces[i];
		uint32_t end = piece->stack_offset + piece->size;

		if (piece->place == PLACE_INTEGER)
			use->integers |= 1ull << piece->index;
		else if (piece->place == PLACE_FLOAT)
			use->floats |= 1ull << piece->index;
		else if (end > use->stack_end)
			use->stack_end = end;
	}
}

int convention_use(const struct convention *convention, struct types *types,
		   const struct signature *signature, struct argument_use *ret_use,
		   struct error *err)
{
	struct reading reading = {
		.signature = signature,
		.assignment = { .convention = convention, .types = types, .err = err },
	};
	struct argument_use use = { 0 };

	for (size_t i = 0; i < signature->parameter_count; i++) {
		int r = assign(&reading.assignment, signature->parameters[i].type);

		if (r == 0)
			r = check_place(&reading, i);
		if (r < 0)
			return r;
		note_use(&reading.assignment.location, &use);
	}
	*ret_use = use;
	return 0;
}
