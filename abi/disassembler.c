/* SPDX-License-Identifier: MIT */
#include "disassembler.h"

#include <capstone/capstone.h>
#include <errno.h>
#include <stdlib.h>

#define NO_REGISTER 0xff

/* runtime.g: stackguard0, and stackguard1 for code that runs on system stacks. */
enum { STACK_GUARD_0 = 16, STACK_GUARD_1 = 24 };

/* x86-64: bits of the flags register. AArch64: bits of pstate. */
#define AMD64_CF (1ull << 0)
#define AMD64_ZF (1ull << 6)
#define ARM64_C (1ull << 29)
#define ARM64_Z (1ull << 30)

/* What has to be known of an instruction set. */
struct instruction_set {
	cs_arch arch;
	cs_mode mode;
	void (*classify)(const struct disassembler *disassembler, struct instruction *instruction);
};

struct disassembler {
	const struct instruction_set *set;
	csh capstone;
	cs_insn *decoded;
	const uint8_t *data;
	size_t left;
	uint64_t address;
	/* x86-64 PIEs load the offset of g into a register first: what was loaded last, and where to. */
	unsigned int loaded_register;
	int64_t loaded_value;
};

static uint8_t amd64_register(unsigned int reg)
{
	/* The order of struct pt_regs. */
	static const unsigned int order[] = {
		X86_REG_R15, X86_REG_R14, X86_REG_R13, X86_REG_R12, X86_REG_RBP,
		X86_REG_RBX, X86_REG_R11, X86_REG_R10, X86_REG_R9,  X86_REG_R8,
		X86_REG_RAX, X86_REG_RCX, X86_REG_RDX, X86_REG_RSI, X86_REG_RDI,
	};

	for (uint8_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		if (order[i] == reg)
			return i;
	}
	return NO_REGISTER;
}

static void amd64_jump(unsigned int id, struct instruction *instruction)
{
	instruction->kind = id == X86_INS_JMP ? INSTRUCTION_JUMP : INSTRUCTION_CONDITIONAL_JUMP;
	if (id == X86_INS_JBE)
		instruction->taken_if_set = AMD64_CF | AMD64_ZF;
	else if (id == X86_INS_JB)
		instruction->taken_if_set = AMD64_CF;
	else if (id == X86_INS_JE)
		instruction->taken_if_set = AMD64_ZF;
}

static void amd64_memory(const struct disassembler *disassembler, const x86_op_mem *memory,
			 struct instruction *instruction)
{
	if (memory->index != X86_REG_INVALID)
		return;
	if (memory->segment == X86_REG_FS) {
		instruction->reads_thread_local = memory->base == X86_REG_INVALID ||
						  memory->base == disassembler->loaded_register;
		instruction->thread_local_offset =
			memory->disp +
			(memory->base == X86_REG_INVALID ? 0 : disassembler->loaded_value);
	} else if (memory->segment == X86_REG_INVALID &&
		   (memory->disp == STACK_GUARD_0 || memory->disp == STACK_GUARD_1)) {
		instruction->guard_register = amd64_register(memory->base);
		instruction->reads_guard = instruction->guard_register != NO_REGISTER;
	}
}

static void amd64_classify(const struct disassembler *disassembler, struct instruction *instruction)
{
	const cs_insn *decoded = disassembler->decoded;
	const cs_x86 *x86 = &decoded->detail->x86;

	if (decoded->id == X86_INS_CALL)
		instruction->kind = INSTRUCTION_CALL;
	else if (cs_insn_group(disassembler->capstone, decoded, CS_GRP_JUMP))
		amd64_jump(decoded->id, instruction);
	else if (cs_insn_group(disassembler->capstone, decoded, CS_GRP_RET))
		instruction->kind = INSTRUCTION_RETURN;
	else if (decoded->id == X86_INS_CMP || decoded->id == X86_INS_MOV)
		for (uint8_t i = 0; i < x86->op_count; i++)
			if (x86->operands[i].type == X86_OP_MEM)
				amd64_memory(disassembler, &x86->operands[i].mem, instruction);
	if (instruction->kind != INSTRUCTION_OTHER && x86->op_count == 1 &&
	    x86->operands[0].type == X86_OP_IMM) {
		instruction->has_target = true;
		instruction->target = x86->operands[0].imm;
	}
}

/* Remembers `mov $value, %register`, whatever the instruction set. */
static void remember_load(struct disassembler *disassembler)
{
	const cs_insn *decoded = disassembler->decoded;
	const cs_x86 *x86 = &decoded->detail->x86;

	disassembler->loaded_register = X86_REG_INVALID;
	if (disassembler->set->arch == CS_ARCH_X86 && decoded->id == X86_INS_MOV &&
	    x86->op_count == 2 && x86->operands[0].type == X86_OP_REG &&
	    x86->operands[1].type == X86_OP_IMM) {
		disassembler->loaded_register = x86->operands[0].reg;
		disassembler->loaded_value = x86->operands[1].imm;
	}
}

static void arm64_branch(const cs_arm64 *arm64, struct instruction *instruction)
{
	instruction->kind = arm64->cc == ARM64_CC_INVALID || arm64->cc == ARM64_CC_AL
				    ? INSTRUCTION_JUMP
				    : INSTRUCTION_CONDITIONAL_JUMP;
	if (arm64->cc == ARM64_CC_LS) {
		instruction->taken_if_set = ARM64_Z;
		instruction->taken_if_clear = ARM64_C;
	} else if (arm64->cc == ARM64_CC_LO) {
		instruction->taken_if_clear = ARM64_C;
	} else if (arm64->cc == ARM64_CC_EQ) {
		instruction->taken_if_set = ARM64_Z;
	}
}

static void arm64_classify(const struct disassembler *disassembler, struct instruction *instruction)
{
	const cs_insn *decoded = disassembler->decoded;
	const cs_arm64 *arm64 = &decoded->detail->arm64;
	const cs_arm64_op *last = arm64->op_count ? &arm64->operands[arm64->op_count - 1] : NULL;

	if (decoded->id == ARM64_INS_BL || decoded->id == ARM64_INS_BLR)
		instruction->kind = INSTRUCTION_CALL;
	else if (decoded->id == ARM64_INS_RET)
		instruction->kind = INSTRUCTION_RETURN;
	else if (decoded->id == ARM64_INS_B)
		arm64_branch(arm64, instruction);
	else if (cs_insn_group(disassembler->capstone, decoded, CS_GRP_JUMP))
		instruction->kind = decoded->id == ARM64_INS_BR ? INSTRUCTION_JUMP
								: INSTRUCTION_CONDITIONAL_JUMP;
	if (instruction->kind != INSTRUCTION_OTHER && last && last->type == ARM64_OP_IMM) {
		instruction->has_target = true;
		instruction->target = last->imm;
	}
	if (decoded->id != ARM64_INS_LDR || arm64->op_count != 2 || last->type != ARM64_OP_MEM ||
	    last->mem.base < ARM64_REG_X0 || last->mem.base > ARM64_REG_X28)
		return;
	instruction->guard_register = last->mem.base - ARM64_REG_X0;
	instruction->reads_guard = last->mem.disp == STACK_GUARD_0 || last->mem.disp == STACK_GUARD_1;
}

static const struct instruction_set instruction_sets[] = {
	[MACHINE_AMD64] = {CS_ARCH_X86, CS_MODE_64, amd64_classify},
	[MACHINE_ARM64] = {CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, arm64_classify},
};

int disassembler_open(enum machine machine, struct disassembler **ret_disassembler,
		      struct error *err)
{
	struct disassembler *disassembler = calloc(1, sizeof(*disassembler));

	if (!disassembler)
		return error_fail(err, -ENOMEM, "out of memory");
	disassembler->set = &instruction_sets[machine];
	if (cs_open(disassembler->set->arch, disassembler->set->mode, &disassembler->capstone) !=
	    CS_ERR_OK) {
		free(disassembler);
		return error_fail(err, -ENOMEM, "the disassembler cannot be set up");
	}
	cs_option(disassembler->capstone, CS_OPT_DETAIL, CS_OPT_ON);
	disassembler->decoded = cs_malloc(disassembler->capstone);
	if (!disassembler->decoded) {
		disassembler_close(disassembler);
		return error_fail(err, -ENOMEM, "out of memory");
	}
	*ret_disassembler = disassembler;
	return 0;
}

void disassembler_close(struct disassembler *disassembler)
{
	if (!disassembler)
		return;
	if (disassembler->decoded)
		cs_free(disassembler->decoded, 1);
	cs_close(&disassembler->capstone);
	free(disassembler);
}

void disassembler_start(struct disassembler *disassembler, struct bytes code, uint64_t address)
{
	disassembler->data = code.data;
	disassembler->left = code.size;
	disassembler->address = address;
	disassembler->loaded_register = 0;
}

bool disassembler_next(struct disassembler *disassembler, struct instruction *ret_instruction)
{
	struct instruction instruction = {.address = disassembler->address};

	if (!cs_disasm_iter(disassembler->capstone, &disassembler->data, &disassembler->left,
			    &disassembler->address, disassembler->decoded))
		return false;
	disassembler->set->classify(disassembler, &instruction);
	remember_load(disassembler);
	*ret_instruction = instruction;
	return true;
}
