/* SPDX-License-Identifier: MIT */
#include "ebpf_machine.h"

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { REGISTERS = 11, ARGUMENTS = 5 };

struct state {
	const struct ebpf_machine *machine;
	const struct bpf_insn *code;
	size_t count, next;
	uint64_t registers[REGISTERS];
	bool known[REGISTERS]; /* whether a register has a value */
};

static void refuse(const struct state *state, const char *why)
{
	fprintf(stderr, "eBPF instruction %zu of %zu: %s\n", state->next, state->count, why);
	abort();
}

static uint64_t value_of(const struct state *state, int reg)
{
	if (reg >= REGISTERS || !state->known[reg])
		refuse(state, "a register without a value");
	return state->registers[reg];
}

static void set(struct state *state, int reg, uint64_t value)
{
	if (reg >= REGISTERS - 1)
		refuse(state, "a register that cannot be written");
	state->registers[reg] = value;
	state->known[reg] = true;
}

static void *memory_at(const struct state *state, uint64_t address, size_t size)
{
	for (size_t i = 0; i < EBPF_REGIONS; i++) {
		const struct ebpf_region *region = &state->machine->regions[i];

		if (address >= region->address && address + size <= region->address + region->size)
			return (void *)(uintptr_t)address;
	}
	refuse(state, "memory that it may not use");
	return NULL;
}

static uint64_t operand(const struct state *state, const struct bpf_insn *instruction)
{
	return BPF_SRC(instruction->code) == BPF_X ? value_of(state, instruction->src_reg) :
						     (uint64_t)(int64_t)instruction->imm;
}

static void calculate(struct state *state, const struct bpf_insn *instruction)
{
	uint64_t right = operand(state, instruction);
	uint64_t left =
		BPF_OP(instruction->code) == BPF_MOV ? 0 : value_of(state, instruction->dst_reg);

	switch (BPF_OP(instruction->code)) {
	case BPF_MOV:
		set(state, instruction->dst_reg, right);
		break;
	case BPF_ADD:
		set(state, instruction->dst_reg, left + right);
		break;
	case BPF_AND:
		set(state, instruction->dst_reg, left & right);
		break;
	case BPF_OR:
		set(state, instruction->dst_reg, left | right);
		break;
	case BPF_LSH:
		set(state, instruction->dst_reg, left << right);
		break;
	case BPF_RSH:
		set(state, instruction->dst_reg, left >> right);
		break;
	default:
		refuse(state, "an unknown calculation");
	}
}

/* Of 32 bits. */
static void calculate_word(struct state *state, const struct bpf_insn *instruction)
{
	if (BPF_OP(instruction->code) != BPF_MOV)
		refuse(state, "an unknown calculation");
	set(state, instruction->dst_reg, (uint32_t)operand(state, instruction));
}

static size_t width_of(const struct state *state, const struct bpf_insn *instruction)
{
	switch (BPF_SIZE(instruction->code)) {
	case BPF_B:
		return 1;
	case BPF_H:
		return 2;
	case BPF_W:
		return 4;
	default:
		return 8;
	}
}

static void load(struct state *state, const struct bpf_insn *instruction)
{
	size_t size = width_of(state, instruction);
	uint64_t address = value_of(state, instruction->src_reg) + instruction->off, value = 0;

	memcpy(&value, memory_at(state, address, size), size);
	set(state, instruction->dst_reg, value);
}

static void store(struct state *state, const struct bpf_insn *instruction)
{
	size_t size = width_of(state, instruction);
	uint64_t address = value_of(state, instruction->dst_reg) + instruction->off;
	uint64_t value = value_of(state, instruction->src_reg);

	memcpy(memory_at(state, address, size), &value, size);
}

static void call(struct state *state, const struct bpf_insn *instruction)
{
	bool is_helper = instruction->src_reg == 0;
	int number = is_helper ? instruction->imm : (int)state->next + 1 + instruction->imm;

	for (size_t i = 0; i < EBPF_FUNCTIONS; i++) {
		const struct ebpf_function *function = &state->machine->functions[i];

		if (function->kind != instruction->src_reg || function->number != number)
			continue;
		set(state, BPF_REG_0, function->function(&state->registers[BPF_REG_1]));
		memset(&state->known[BPF_REG_1], 0, ARGUMENTS * sizeof(state->known[0]));
		return;
	}
	refuse(state, "an unknown function");
}

static bool is_taken(const struct state *state, const struct bpf_insn *instruction)
{
	uint64_t left, right;

	if (BPF_OP(instruction->code) == BPF_JA)
		return true;
	left = value_of(state, instruction->dst_reg);
	right = operand(state, instruction);
	switch (BPF_OP(instruction->code)) {
	case BPF_JEQ:
		return left == right;
	case BPF_JNE:
		return left != right;
	case BPF_JLT:
		return left < right;
	default:
		refuse(state, "an unknown comparison");
		return false;
	}
}

static void jump(struct state *state, const struct bpf_insn *instruction)
{
	if (instruction->off < 0)
		refuse(state, "a jump back");
	if (is_taken(state, instruction))
		state->next += instruction->off;
}

/* Returns false at the end of the function. */
static bool step(struct state *state)
{
	const struct bpf_insn *instruction = &state->code[state->next];

	switch (BPF_CLASS(instruction->code)) {
	case BPF_ALU64:
		calculate(state, instruction);
		break;
	case BPF_ALU:
		calculate_word(state, instruction);
		break;
	case BPF_LDX:
		load(state, instruction);
		break;
	case BPF_STX:
		store(state, instruction);
		break;
	case BPF_JMP:
		if (BPF_OP(instruction->code) == BPF_EXIT)
			return false;
		if (BPF_OP(instruction->code) == BPF_CALL)
			call(state, instruction);
		else
			jump(state, instruction);
		break;
	default:
		refuse(state, "an unknown instruction");
	}
	return true;
}

static bool ends_here(const struct bpf_insn *instruction)
{
	return instruction->code == (BPF_JMP | BPF_EXIT) || instruction->code == (BPF_JMP | BPF_JA);
}

/* Jumps lead forward only, so one pass finds what is reachable. */
static void require_reachable(const struct state *state)
{
	bool *reached = calloc(state->count + 1, sizeof(*reached));

	if (!reached)
		abort();
	reached[0] = true;
	for (size_t i = 0; i < state->count; i++) {
		const struct bpf_insn *instruction = &state->code[i];
		bool is_jump = BPF_CLASS(instruction->code) == BPF_JMP;

		if (!reached[i])
			refuse(state, "an instruction that no path reaches");
		if (!ends_here(instruction))
			reached[i + 1] = true;
		if (is_jump && i + 1 + instruction->off <= state->count)
			reached[i + 1 + instruction->off] |= BPF_OP(instruction->code) != BPF_EXIT;
	}
	if (reached[state->count])
		refuse(state, "a path leaves the code");
	free(reached);
}

uint64_t ebpf_run(const struct ebpf_machine *machine, const struct bpf_insn *code, size_t count)
{
	struct state state = { .machine = machine, .code = code, .count = count };

	require_reachable(&state);
	for (int i = 0; i < EBPF_REGIONS; i++)
		set(&state, BPF_REG_1 + i, machine->regions[i].address);
	while (step(&state)) {
		if (++state.next >= count)
			refuse(&state, "the end of the code");
	}
	return value_of(&state, BPF_REG_0);
}
