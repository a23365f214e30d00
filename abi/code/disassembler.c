/* SPDX-License-Identifier: MIT */
#include "disassembler.h"

#include <capstone/capstone.h>
#include <errno.h>
#include <stdlib.h>

#include "arm64_code.h"

#define NO_REGISTER 0xff

/* runtime.g: stackguard0, and stackguard1 for code that runs on system stacks. */
enum { STACK_GUARD_0 = 16, STACK_GUARD_1 = 24 };

/* Bits of the flags register. */
#define AMD64_CF (1ull << 0)
#define AMD64_ZF (1ull << 6)

struct disassembler {
	enum machine machine;
	struct arm64_code arm64;
	/* The rest is for x86-64. */
	csh capstone;
	cs_insn *decoded;
	const uint8_t *data;
	size_t left;
	uint64_t address;
	/* PIEs first load the offset of g into a register: the last such load of a constant. */
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

/* Returns the pt_regs index of a register of any width, or NO_REGISTER. */
static uint8_t amd64_whole_register(unsigned int reg)
{
	static const unsigned int parts[][4] = {
		{ X86_REG_RBP, X86_REG_EBP, X86_REG_BP, X86_REG_BPL },
		{ X86_REG_RBX, X86_REG_EBX, X86_REG_BX, X86_REG_BL },
		{ X86_REG_RAX, X86_REG_EAX, X86_REG_AX, X86_REG_AL },
		{ X86_REG_RCX, X86_REG_ECX, X86_REG_CX, X86_REG_CL },
		{ X86_REG_RDX, X86_REG_EDX, X86_REG_DX, X86_REG_DL },
		{ X86_REG_RSI, X86_REG_ESI, X86_REG_SI, X86_REG_SIL },
		{ X86_REG_RDI, X86_REG_EDI, X86_REG_DI, X86_REG_DIL },
		{ X86_REG_R8, X86_REG_R8D, X86_REG_R8W, X86_REG_R8B },
		{ X86_REG_R9, X86_REG_R9D, X86_REG_R9W, X86_REG_R9B },
		{ X86_REG_R10, X86_REG_R10D, X86_REG_R10W, X86_REG_R10B },
		{ X86_REG_R11, X86_REG_R11D, X86_REG_R11W, X86_REG_R11B },
		{ X86_REG_R12, X86_REG_R12D, X86_REG_R12W, X86_REG_R12B },
		{ X86_REG_R13, X86_REG_R13D, X86_REG_R13W, X86_REG_R13B },
		{ X86_REG_R14, X86_REG_R14D, X86_REG_R14W, X86_REG_R14B },
		{ X86_REG_R15, X86_REG_R15D, X86_REG_R15W, X86_REG_R15B },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		for (size_t j = 0; j < 4; j++) {
			if (parts[i][j] == reg)
				return amd64_register(parts[i][0]);
		}
	}
	return NO_REGISTER;
}

static bool is_between(unsigned int reg, unsigned int first, unsigned int last)
{
	return reg >= first && reg <= last;
}

static void amd64_note_change(unsigned int reg, struct instruction_effects *effects)
{
	uint8_t whole = amd64_whole_register(reg);

	if (whole != NO_REGISTER)
		effects->integers |= 1u << whole;
	else if (is_between(reg, X86_REG_XMM0, X86_REG_XMM15))
		effects->floats |= 1u << (reg - X86_REG_XMM0);
	else if (is_between(reg, X86_REG_YMM0, X86_REG_YMM15))
		effects->floats |= 1u << (reg - X86_REG_YMM0);
	else if (is_between(reg, X86_REG_ZMM0, X86_REG_ZMM15))
		effects->floats |= 1u << (reg - X86_REG_ZMM0);
	else if (reg == X86_REG_AH || reg == X86_REG_BH || reg == X86_REG_CH || reg == X86_REG_DH ||
		 reg == X86_REG_ESP || reg == X86_REG_SP)
		effects->opaque = true;
}

/* Returns whether the instruction does not change its first operand. */
static bool amd64_only_reads(unsigned int id)
{
	return id == X86_INS_CMP || id == X86_INS_TEST || id == X86_INS_UCOMISD ||
	       id == X86_INS_UCOMISS || id == X86_INS_COMISD || id == X86_INS_COMISS ||
	       id == X86_INS_PUSH || id == X86_INS_NOP;
}

/*
 * Returns whether a kernel may refuse a probe. Kernels refuse instructions with LOCK and some segment
 * prefixes, and breakpoints of the program itself (runtime.abort). Kernels that cannot decode EVEX refuse it,
 * because it begins with the byte of BOUND, which does not exist in 64-bit code. A refused probe makes all probes that are attached with it fail.
 */
static bool amd64_refuses_probe(const cs_insn *decoded)
{
	enum { EVEX = 0x62, INT3 = 0xcc };
	const cs_x86 *x86 = &decoded->detail->x86;
	bool is_locked = x86->prefix[0] == X86_PREFIX_LOCK;
	bool has_segment = x86->prefix[1] && x86->prefix[1] != X86_PREFIX_FS &&
			   x86->prefix[1] != X86_PREFIX_GS;

	return is_locked || has_segment || decoded->bytes[0] == EVEX || decoded->bytes[0] == INT3;
}

/*
 * Returns whether the instruction writes to memory that capstone does not report correctly: to the address in
 * RDI, which is not an operand, or a processor state, for which capstone reports a word.
 */
static bool amd64_stores_unsaid(unsigned int id)
{
	static const unsigned int ids[] = {
		X86_INS_MASKMOVQ, X86_INS_MASKMOVDQU, X86_INS_VMASKMOVDQU, X86_INS_FNSAVE,
		X86_INS_FXSAVE,	  X86_INS_FXSAVE64,   X86_INS_XSAVE,	   X86_INS_XSAVE64,
		X86_INS_XSAVEC,	  X86_INS_XSAVEC64,   X86_INS_XSAVEOPT,	   X86_INS_XSAVEOPT64,
		X86_INS_XSAVES,	  X86_INS_XSAVES64,
	};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		if (ids[i] == id)
			return true;
	}
	return false;
}

static void amd64_note_store(const cs_x86_op *target, struct instruction_effects *effects)
{
	const x86_op_mem *memory = &target->mem;

	if (memory->base != X86_REG_RSP || memory->index != X86_REG_INVALID ||
	    memory->segment != X86_REG_INVALID || memory->disp > INT32_MAX ||
	    memory->disp < INT32_MIN || target->size == 0) {
		effects->only_stores = !effects->opaque;
		effects->opaque = true;
		return;
	}
	effects->stored = (struct held){
		.holder = HOLDER_STACK,
		.size = target->size,
		.offset = (int32_t)memory->disp,
	};
}

static void amd64_note_stack_pointer(unsigned int id, const cs_x86 *x86,
				     struct instruction_effects *effects)
{
	const cs_x86_op *operands = x86->operands;
	bool by_constant = x86->op_count == 2 && operands[0].type == X86_OP_REG &&
			   operands[0].reg == X86_REG_RSP && operands[1].type == X86_OP_IMM &&
			   operands[1].imm <= INT32_MAX && operands[1].imm >= -INT32_MAX;

	if (id == X86_INS_PUSH && operands[0].size == 8) {
		effects->stack_pointer = -8;
		effects->stored = (struct held){ .holder = HOLDER_STACK, .size = 8 };
	} else if (id == X86_INS_SUB && by_constant) {
		effects->stack_pointer = (int32_t)-operands[1].imm;
	} else if (id == X86_INS_ADD && by_constant) {
		effects->stack_pointer = (int32_t)operands[1].imm;
	} else {
		effects->opaque = true;
	}
}

static bool amd64_copies(unsigned int id)
{
	return id == X86_INS_MOVSD || id == X86_INS_MOVSS || id == X86_INS_MOVQ ||
	       id == X86_INS_MOVD || id == X86_INS_MOVAPS || id == X86_INS_MOVUPS ||
	       id == X86_INS_MOVAPD || id == X86_INS_MOVUPD;
}

static void amd64_note_copy(unsigned int id, const cs_x86 *x86, struct instruction_effects *effects)
{
	const cs_x86_op *from = &x86->operands[1], *to = &x86->operands[0];

	if (!amd64_copies(id) || x86->op_count != 2 || from->type != X86_OP_REG ||
	    !is_between(from->reg, X86_REG_XMM0, X86_REG_XMM15))
		return;
	effects->copied = (uint8_t)(from->reg - X86_REG_XMM0);
	if (to->type == X86_OP_MEM)
		effects->copy = effects->stored;
	else if (amd64_whole_register(to->reg) != NO_REGISTER)
		effects->copy = (struct held){
			.holder = HOLDER_INTEGER,
			.index = amd64_whole_register(to->reg),
			.size = to->size,
		};
}

static void amd64_note_effects(const struct disassembler *disassembler,
			       struct instruction_effects *effects)
{
	const cs_insn *decoded = disassembler->decoded;
	const cs_x86 *x86 = &decoded->detail->x86;
	uint8_t read_count, written_count;
	bool moves_stack = false;
	cs_regs read, written;

	effects->refuses_probe = amd64_refuses_probe(decoded);
	if (cs_regs_access(disassembler->capstone, decoded, read, &read_count, written,
			   &written_count) != CS_ERR_OK) {
		effects->opaque = true;
		return;
	}
	for (uint8_t i = 0; i < written_count; i++) {
		moves_stack |= written[i] == X86_REG_RSP;
		amd64_note_change(written[i], effects);
	}
	/* Capstone does not report the write of some instructions. */
	if (x86->op_count && !amd64_only_reads(decoded->id)) {
		if (x86->operands[0].type == X86_OP_MEM)
			amd64_note_store(&x86->operands[0], effects);
		else if (x86->operands[0].type == X86_OP_REG)
			amd64_note_change(x86->operands[0].reg, effects);
		moves_stack |= x86->operands[0].type == X86_OP_REG &&
			       x86->operands[0].reg == X86_REG_RSP;
	}
	if (amd64_stores_unsaid(decoded->id)) {
		effects->opaque = true;
		effects->only_stores = false;
	}
	if (moves_stack) {
		effects->only_stores = false;
		amd64_note_stack_pointer(decoded->id, x86, effects);
	}
	amd64_note_copy(decoded->id, x86, effects);
}

/* Remembers a `mov $value, %register`. */
static void remember_load(struct disassembler *disassembler)
{
	const cs_insn *decoded = disassembler->decoded;
	const cs_x86 *x86 = &decoded->detail->x86;

	disassembler->loaded_register = X86_REG_INVALID;
	if (decoded->id == X86_INS_MOV && x86->op_count == 2 &&
	    x86->operands[0].type == X86_OP_REG && x86->operands[1].type == X86_OP_IMM) {
		disassembler->loaded_register = x86->operands[0].reg;
		disassembler->loaded_value = x86->operands[1].imm;
	}
}

static int amd64_open(struct disassembler *disassembler, struct error *err)
{
	if (cs_open(CS_ARCH_X86, CS_MODE_64, &disassembler->capstone) != CS_ERR_OK)
		return error_fail(err, -ENOMEM, "the disassembler cannot be set up");
	cs_option(disassembler->capstone, CS_OPT_DETAIL, CS_OPT_ON);
	disassembler->decoded = cs_malloc(disassembler->capstone);
	if (!disassembler->decoded) {
		cs_close(&disassembler->capstone);
		return error_fail(err, -ENOMEM, "out of memory");
	}
	return 0;
}

static bool amd64_next(struct disassembler *disassembler, struct instruction *ret_instruction)
{
	struct instruction instruction = { .address = disassembler->address };

	if (!cs_disasm_iter(disassembler->capstone, &disassembler->data, &disassembler->left,
			    &disassembler->address, disassembler->decoded))
		return false;
	amd64_classify(disassembler, &instruction);
	remember_load(disassembler);
	*ret_instruction = instruction;
	return true;
}

int disassembler_open(enum machine machine, struct disassembler **ret_disassembler,
		      struct error *err)
{
	struct disassembler *disassembler = calloc(1, sizeof(*disassembler));
	int r;

	if (!disassembler)
		return error_fail(err, -ENOMEM, "out of memory");
	disassembler->machine = machine;
	r = machine == MACHINE_AMD64 ? amd64_open(disassembler, err) : 0;
	if (r < 0) {
		free(disassembler);
		return r;
	}
	*ret_disassembler = disassembler;
	return 0;
}

void disassembler_close(struct disassembler *disassembler)
{
	if (!disassembler)
		return;
	arm64_code_finish(&disassembler->arm64);
	if (disassembler->decoded) {
		cs_free(disassembler->decoded, 1);
		cs_close(&disassembler->capstone);
	}
	free(disassembler);
}

void disassembler_start(struct disassembler *disassembler, struct bytes code, uint64_t address)
{
	arm64_code_start(&disassembler->arm64, code, address);
	disassembler->data = code.data;
	disassembler->left = code.size;
	disassembler->address = address;
	disassembler->loaded_register = 0;
}

bool disassembler_next(struct disassembler *disassembler, struct instruction *ret_instruction)
{
	return disassembler->machine == MACHINE_AMD64 ?
		       amd64_next(disassembler, ret_instruction) :
		       arm64_code_next(&disassembler->arm64, ret_instruction);
}

static bool is_zero(struct bytes bytes)
{
	for (size_t i = 0; i < bytes.size; i++) {
		if (bytes.data[i])
			return false;
	}
	return true;
}

bool disassembler_is_done(const struct disassembler *disassembler)
{
	struct bytes left = { disassembler->data, disassembler->left };

	if (disassembler->machine == MACHINE_ARM64)
		left = arm64_code_left(&disassembler->arm64);
	return is_zero(left);
}

struct instruction_effects disassembler_effects(const struct disassembler *disassembler)
{
	struct instruction_effects effects = { 0 };

	if (disassembler->machine == MACHINE_ARM64)
		return arm64_code_effects(&disassembler->arm64);
	amd64_note_effects(disassembler, &effects);
	return effects;
}
