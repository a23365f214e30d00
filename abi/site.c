/* SPDX-License-Identifier: MIT */
#include "site.h"

#include <capstone/capstone.h>
#include <errno.h>
#include <string.h>

enum {
	PROLOGUE_SIZE = 128, /* the longest stack check, of a very large frame, takes half of that */
	PROLOGUE_INSTRUCTIONS = 16,
	SLOW_PATH_SIZE = 512, /* spills, the call, reloads, the jump back */
	SLOW_PATH_INSTRUCTIONS = 80,
	/* runtime.g: stackguard0, and stackguard1 for code that runs on system stacks */
	STACK_GUARD_0 = 16,
	STACK_GUARD_1 = 24,
};

/* A conditional jump that a stack check may end in, and the flags it is taken by. */
struct check_jump {
	unsigned int instruction, condition;
	uint64_t taken_if_set, taken_if_clear;
};

/* What has to be known of an instruction set to find a stack check in it. */
struct instruction_set {
	cs_arch arch;
	cs_mode mode;
	const struct check_jump *jumps;
	size_t jump_count;
	/* pt_regs index of a general register, or CONVENTION_NO_REGISTER */
	uint8_t (*register_index)(unsigned int reg);
	unsigned int (*condition)(const cs_insn *instruction);
	/* The base register of a load or compare of the stack guard. */
	bool (*reads_guard)(const cs_insn *instruction, unsigned int *ret_base);
	bool (*is_call)(const cs_insn *instruction);
	bool (*branch_target)(const cs_insn *instruction, uint64_t *ret_target);
};

/* x86-64: bits of the flags register. */
enum { CARRY = 1 << 0, ZERO = 1 << 6 };

static const struct check_jump amd64_jumps[] = {
	{X86_INS_JBE, 0, CARRY | ZERO, 0},
	{X86_INS_JB, 0, CARRY, 0},
	{X86_INS_JE, 0, ZERO, 0},
};

static uint8_t amd64_register_index(unsigned int reg)
{
	static const unsigned int order[] = {
		X86_REG_R15, X86_REG_R14, X86_REG_R13, X86_REG_R12, X86_REG_RBP,
		X86_REG_RBX, X86_REG_R11, X86_REG_R10, X86_REG_R9,  X86_REG_R8,
		X86_REG_RAX, X86_REG_RCX, X86_REG_RDX, X86_REG_RSI, X86_REG_RDI,
	};

	for (uint8_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (order[i] == reg)
			return i;
	}
	return CONVENTION_NO_REGISTER;
}

static unsigned int amd64_condition(const cs_insn *instruction)
{
	return 0; /* the condition is part of the mnemonic */
}

static bool amd64_reads_guard(const cs_insn *instruction, unsigned int *ret_base)
{
	const cs_x86 *x86 = &instruction->detail->x86;

	if (instruction->id != X86_INS_CMP && instruction->id != X86_INS_MOV)
		return false;
	for (uint8_t i = 0; i < x86->op_count; i++) {
		const cs_x86_op *operand = &x86->operands[i];

		if (operand->type != X86_OP_MEM || operand->mem.segment != X86_REG_INVALID ||
		    operand->mem.index != X86_REG_INVALID)
			continue;
		if (operand->mem.disp == STACK_GUARD_0 || operand->mem.disp == STACK_GUARD_1) {
			*ret_base = operand->mem.base;
			return true;
		}
	}
	return false;
}

static bool amd64_is_call(const cs_insn *instruction)
{
	return instruction->id == X86_INS_CALL;
}

static bool amd64_branch_target(const cs_insn *instruction, uint64_t *ret_target)
{
	const cs_x86 *x86 = &instruction->detail->x86;

	if (x86->op_count != 1 || x86->operands[0].type != X86_OP_IMM)
		return false;
	*ret_target = x86->operands[0].imm;
	return true;
}

/* AArch64: bits of pstate. */
#define ARM64_C (1ull << 29)
#define ARM64_Z (1ull << 30)

static const struct check_jump arm64_jumps[] = {
	{ARM64_INS_B, ARM64_CC_LS, ARM64_Z, ARM64_C},
	{ARM64_INS_B, ARM64_CC_LO, 0, ARM64_C},
	{ARM64_INS_B, ARM64_CC_EQ, ARM64_Z, 0},
};

static uint8_t arm64_register_index(unsigned int reg)
{
	if (reg >= ARM64_REG_X0 && reg <= ARM64_REG_X28)
		return reg - ARM64_REG_X0;
	return CONVENTION_NO_REGISTER;
}

static unsigned int arm64_condition(const cs_insn *instruction)
{
	return instruction->detail->arm64.cc;
}

static bool arm64_reads_guard(const cs_insn *instruction, unsigned int *ret_base)
{
	const cs_arm64 *arm64 = &instruction->detail->arm64;

	if (instruction->id != ARM64_INS_LDR || arm64->op_count != 2 ||
	    arm64->operands[1].type != ARM64_OP_MEM)
		return false;
	*ret_base = arm64->operands[1].mem.base;
	return arm64->operands[1].mem.disp == STACK_GUARD_0 ||
	       arm64->operands[1].mem.disp == STACK_GUARD_1;
}

static bool arm64_is_call(const cs_insn *instruction)
{
	return instruction->id == ARM64_INS_BL || instruction->id == ARM64_INS_BLR;
}

static bool arm64_branch_target(const cs_insn *instruction, uint64_t *ret_target)
{
	const cs_arm64 *arm64 = &instruction->detail->arm64;

	if (arm64->op_count != 1 || arm64->operands[0].type != ARM64_OP_IMM)
		return false;
	*ret_target = arm64->operands[0].imm;
	return true;
}

static const struct instruction_set instruction_sets[] = {
	[MACHINE_AMD64] = {CS_ARCH_X86, CS_MODE_64, amd64_jumps,
			   sizeof(amd64_jumps) / sizeof(amd64_jumps[0]), amd64_register_index,
			   amd64_condition, amd64_reads_guard,
			   amd64_is_call, amd64_branch_target},
	[MACHINE_ARM64] = {CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, arm64_jumps,
			   sizeof(arm64_jumps) / sizeof(arm64_jumps[0]), arm64_register_index,
			   arm64_condition, arm64_reads_guard,
			   arm64_is_call, arm64_branch_target},
};

/* Code that is being read: instruction by instruction, from `entry` of the function on. */
struct reader {
	const struct image *image;
	const struct instruction_set *set;
	const struct function *function;
	csh capstone;
	cs_insn *instruction;
};

static const struct check_jump *check_jump_of(const struct reader *reader)
{
	const struct instruction_set *set = reader->set;

	for (size_t i = 0; i < set->jump_count; i++) {
		if (set->jumps[i].instruction == reader->instruction->id &&
		    set->jumps[i].condition == set->condition(reader->instruction))
			return &set->jumps[i];
	}
	return NULL;
}

static bool is_in_group(const struct reader *reader, uint8_t group)
{
	return cs_insn_group(reader->capstone, reader->instruction, group);
}

/* Loads the function's code from `address` on, at most `size` bytes of it. */
static int load_code(const struct reader *reader, uint64_t address, uint64_t size,
		     struct buffer *ret_code, struct error *err)
{
	uint64_t left = reader->function->end - address;

	return image_load(reader->image, address, size < left ? size : left, ret_code, err);
}

/*
 * Whether `address` begins the slow path of a stack check: a call (of one of the runtime's morestack
 * functions), then, with nothing but reloads between, a jump back to the function's first instruction.
 */
static bool is_slow_path(const struct reader *reader, uint64_t address)
{
	struct buffer code;
	const uint8_t *bytes;
	size_t left;
	bool called = false, returns = false;
	uint64_t target;

	if (address <= reader->function->entry || address >= reader->function->end ||
	    load_code(reader, address, SLOW_PATH_SIZE, &code, NULL) < 0)
		return false;
	bytes = code.data;
	left = code.size;
	for (int i = 0; i < SLOW_PATH_INSTRUCTIONS; i++) {
		if (!cs_disasm_iter(reader->capstone, &bytes, &left, &address, reader->instruction))
			break;
		if (reader->set->is_call(reader->instruction)) {
			called = true;
			continue;
		}
		if (!is_in_group(reader, CS_GRP_JUMP))
			continue;
		returns = called && reader->set->branch_target(reader->instruction, &target) &&
			  target == reader->function->entry;
		break;
	}
	buffer_release(&code);
	return returns;
}

/* Finds the last conditional jump of the stack check; false when the function has none. */
static bool find_check(struct reader *reader, const struct buffer *code, struct site *site)
{
	uint64_t address = reader->function->entry, target;
	const uint8_t *bytes = code->data;
	size_t left = code->size;
	const struct check_jump *jump;
	unsigned int base;
	uint8_t goroutine = CONVENTION_NO_REGISTER;
	bool found = false;

	for (int i = 0; i < PROLOGUE_INSTRUCTIONS; i++) {
		uint64_t at = address;

		if (!cs_disasm_iter(reader->capstone, &bytes, &left, &address, reader->instruction))
			break;
		if (reader->set->reads_guard(reader->instruction, &base))
			goroutine = reader->set->register_index(base);
		jump = check_jump_of(reader);
		if (!jump) {
			if (is_in_group(reader, CS_GRP_JUMP) || is_in_group(reader, CS_GRP_RET) ||
			    reader->set->is_call(reader->instruction))
				break;
			continue;
		}
		if (!reader->set->branch_target(reader->instruction, &target) ||
		    !is_slow_path(reader, target))
			break;
		site->kind = SITE_STACK_CHECK;
		site->address = at;
		site->skip_if_set = jump->taken_if_set;
		site->skip_if_clear = jump->taken_if_clear;
		site->goroutine_register = goroutine;
		found = true;
	}
	return found;
}

static int reader_open(struct reader *reader, struct error *err)
{
	if (cs_open(reader->set->arch, reader->set->mode, &reader->capstone) != CS_ERR_OK)
		return error_fail(err, -ENOMEM, "the disassembler could not be set up");
	cs_option(reader->capstone, CS_OPT_DETAIL, CS_OPT_ON);
	reader->instruction = cs_malloc(reader->capstone);
	if (reader->instruction)
		return 0;
	cs_close(&reader->capstone);
	return error_fail(err, -ENOMEM, "out of memory");
}

static void reader_close(struct reader *reader)
{
	cs_free(reader->instruction, 1);
	cs_close(&reader->capstone);
}

int site_find(const struct image *image, const struct convention *convention,
	      const struct function *function, struct site *ret_site, struct error *err)
{
	struct reader reader = {
		.image = image,
		.set = &instruction_sets[convention->machine],
		.function = function,
	};
	struct site site = {
		.kind = SITE_ENTRY,
		.address = function->entry,
		.goroutine_register = convention->goroutine_register,
	};
	struct buffer code;
	int r;

	if (function->entry >= function->end)
		return error_fail(err, -EBADMSG, "function %s is empty", function->name);
	r = load_code(&reader, function->entry, PROLOGUE_SIZE, &code, err);
	if (r < 0)
		return r;
	r = reader_open(&reader, err);
	if (r == 0) {
		find_check(&reader, &code, &site);
		reader_close(&reader);
	}
	buffer_release(&code);
	if (r < 0)
		return r;
	if (!image_file_offset(image, site.address, &site.file_offset))
		return error_fail(err, -EBADMSG, "function %s lies in no executable segment",
				  function->name);
	*ret_site = site;
	return 0;
}
