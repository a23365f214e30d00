/* SPDX-License-Identifier: MIT */
#include "plan_code.h"

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stdint.h>

/* The places of the function's arguments, which calls leave alone. */
enum { SCRATCH = BPF_REG_6, CONTEXT = BPF_REG_7 };

/* From one operation to one place. */
enum { MOST_JUMPS = 4 };

/* Jumps whose target is not yet written. */
struct jumps {
	size_t count;
	size_t places[MOST_JUMPS];
};

struct writer {
	struct bpf_insn *code;
	size_t count;
	struct plan_callees callees;
	int cell; /* the next one */
};

static void emit_instruction(struct writer *writer, struct bpf_insn instruction)
{
	writer->code[writer->count++] = instruction;
}

static void emit_move(struct writer *writer, int target, int source)
{
	emit_instruction(writer, (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_X,
						    .dst_reg = target,
						    .src_reg = source });
}

static void emit_constant(struct writer *writer, int target, __s32 value)
{
	emit_instruction(writer, (struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K,
						    .dst_reg = target,
						    .imm = value });
}

/* A constant of 32 bits, without its sign. */
static void emit_word(struct writer *writer, int target, __u32 value)
{
	emit_instruction(writer, (struct bpf_insn){ .code = BPF_ALU | BPF_MOV | BPF_K,
						    .dst_reg = target,
						    .imm = value });
}

static void emit_add(struct writer *writer, int target, __s32 value)
{
	if (value)
		emit_instruction(writer, (struct bpf_insn){ .code = BPF_ALU64 | BPF_ADD | BPF_K,
							    .dst_reg = target,
							    .imm = value });
}

static void emit_shift(struct writer *writer, int direction, int reg, int bits)
{
	emit_instruction(writer, (struct bpf_insn){ .code = BPF_ALU64 | BPF_K | direction,
						    .dst_reg = reg,
						    .imm = bits });
}

static void emit_helper_call(struct writer *writer, __s32 helper)
{
	emit_instruction(writer, (struct bpf_insn){ .code = BPF_JMP | BPF_CALL, .imm = helper });
}

/* `callee` is the place of a function relative to the first instruction. */
static void emit_call(struct writer *writer, int callee)
{
	emit_instruction(writer, (struct bpf_insn){ .code = BPF_JMP | BPF_CALL,
						    .src_reg = BPF_PSEUDO_CALL,
						    .imm = callee - (int)writer->count - 1 });
}

static void emit_jump(struct writer *writer, struct bpf_insn jump, struct jumps *jumps)
{
	jumps->places[jumps->count++] = writer->count;
	emit_instruction(writer, jump);
}

static void emit_jump_if(struct writer *writer, int comparison, int reg, __s32 value,
			 struct jumps *jumps)
{
	emit_jump(writer,
		  (struct bpf_insn){
			  .code = BPF_JMP | BPF_K | comparison, .dst_reg = reg, .imm = value },
		  jumps);
}

/* The jumps lead to the next instruction. */
static void land_jumps(struct writer *writer, struct jumps *jumps)
{
	for (size_t i = 0; i < jumps->count; i++)
		writer->code[jumps->places[i]].off = writer->count - jumps->places[i] - 1;
	jumps->count = 0;
}

static int width_of(uint32_t size)
{
	switch (size) {
	case 1:
		return BPF_B;
	case 2:
		return BPF_H;
	case 4:
		return BPF_W;
	default:
		return BPF_DW;
	}
}

static bool is_register(uint16_t source)
{
	return source < PLAN_THREAD_POINTER * sizeof(__u64);
}

/* Loads `size` bytes of the work area, whose first words are the registers: these are where the kernel has them. */
static void emit_load(struct writer *writer, int target, uint16_t source, uint32_t size)
{
	bool from_register = is_register(source);

	emit_instruction(writer,
			 (struct bpf_insn){ .code = BPF_LDX | BPF_MEM |
						    (from_register ? BPF_DW : width_of(size)),
					    .dst_reg = target,
					    .src_reg = from_register ? CONTEXT : SCRATCH,
					    .off = from_register ? source :
								   SCRATCH_WORK_AT + source });
	if (from_register && size < sizeof(__u64)) {
		emit_shift(writer, BPF_LSH, target, 64 - 8 * size);
		emit_shift(writer, BPF_RSH, target, 64 - 8 * size);
	}
}

static int place_of_cell(int cell)
{
	return SCRATCH_RECORD_AT + sizeof(struct record_hit) + sizeof(__u64) * cell;
}

static void emit_store(struct writer *writer, int place, int source)
{
	emit_instruction(writer, (struct bpf_insn){ .code = BPF_STX | BPF_MEM | BPF_DW,
						    .dst_reg = SCRATCH,
						    .src_reg = source,
						    .off = place });
}

static void emit_load_word(struct writer *writer, int target, int place)
{
	emit_instruction(writer, (struct bpf_insn){ .code = BPF_LDX | BPF_MEM | BPF_DW,
						    .dst_reg = target,
						    .src_reg = SCRATCH,
						    .off = place });
}

/* The arguments of a read: where to, how many bytes, from where. Jumps if the pointer is nil. */
static void emit_read_arguments(struct writer *writer, const struct plan_operation *read,
				struct jumps *unreadable)
{
	emit_load(writer, BPF_REG_3, read->source, sizeof(__u64));
	emit_jump_if(writer, BPF_JLT, BPF_REG_3, LOWEST_POINTER, unreadable);
	emit_add(writer, BPF_REG_3, read->displacement);
	emit_move(writer, BPF_REG_1, SCRATCH);
	emit_add(writer, BPF_REG_1, SCRATCH_WORK_AT + read->target);
	emit_constant(writer, BPF_REG_2, read->size);
}

/* Loads the value of a cell into register 0. Jumps if it is not readable. */
static void emit_string(struct writer *writer, const struct plan_operation *string,
			struct jumps *unreadable)
{
	emit_load(writer, BPF_REG_2, string->source, sizeof(__u64));
	emit_load(writer, BPF_REG_3, string->target, sizeof(__u64));
	emit_move(writer, BPF_REG_1, SCRATCH);
	emit_constant(writer, BPF_REG_4, string->size);
	emit_constant(writer, BPF_REG_5, string->displacement);
	emit_call(writer, writer->callees.add_string);
	emit_constant(writer, BPF_REG_1, -1);
	emit_shift(writer, BPF_LSH, BPF_REG_1, CELL_STRING_SIZE_SHIFT);
	emit_jump(writer,
		  (struct bpf_insn){ .code = BPF_JMP | BPF_JEQ | BPF_X,
				     .dst_reg = BPF_REG_0,
				     .src_reg = BPF_REG_1 },
		  unreadable);
}

/* Jumps if the value is not the constant. */
static void emit_comparison(struct writer *writer, const struct plan_operation *condition,
			    struct jumps *unequal)
{
	emit_load(writer, BPF_REG_0, condition->source, condition->size);
	emit_word(writer, BPF_REG_1, condition->displacement);
	emit_jump(writer,
		  (struct bpf_insn){ .code = BPF_JMP | BPF_JNE | BPF_X,
				     .dst_reg = BPF_REG_0,
				     .src_reg = BPF_REG_1 },
		  unequal);
}

static void emit_value(struct writer *writer, const struct plan_operation *operation,
		       struct jumps *unreadable)
{
	if (operation->code == PLAN_STRING)
		emit_string(writer, operation, unreadable);
	else
		emit_load(writer, BPF_REG_0, operation->source, operation->size);
}

/* ---- the careful code ---- */

/* Sets a bit of a word of the scratch memory. */
static void emit_set_bit(struct writer *writer, int place, int bit)
{
	emit_constant(writer, BPF_REG_1, 1);
	emit_shift(writer, BPF_LSH, BPF_REG_1, bit);
	emit_load_word(writer, BPF_REG_2, place);
	emit_instruction(writer, (struct bpf_insn){ .code = BPF_ALU64 | BPF_OR | BPF_X,
						    .dst_reg = BPF_REG_2,
						    .src_reg = BPF_REG_1 });
	emit_store(writer, place, BPF_REG_2);
}

/* Jumps if the block on which an operation depends was not read. */
static void emit_check(struct writer *writer, uint8_t block, struct jumps *unreadable)
{
	if (block == 0)
		return;
	emit_load_word(writer, BPF_REG_1, SCRATCH_READABLE_AT);
	emit_shift(writer, BPF_RSH, BPF_REG_1, block);
	emit_instruction(writer, (struct bpf_insn){ .code = BPF_ALU64 | BPF_AND | BPF_K,
						    .dst_reg = BPF_REG_1,
						    .imm = 1 });
	emit_jump_if(writer, BPF_JEQ, BPF_REG_1, 0, unreadable);
}

static void write_careful_read(struct writer *writer, const struct plan_operation *read)
{
	struct jumps unreadable = { 0 };

	emit_check(writer, read->base, &unreadable);
	emit_read_arguments(writer, read, &unreadable);
	emit_call(writer, writer->callees.read_user);
	emit_jump_if(writer, BPF_JEQ, BPF_REG_0, 0, &unreadable);
	emit_set_bit(writer, SCRATCH_READABLE_AT, read->block);
	land_jumps(writer, &unreadable);
}

static void write_careful_condition(struct writer *writer, const struct plan_operation *condition)
{
	struct jumps untrue = { 0 };

	emit_check(writer, condition->base, &untrue);
	emit_comparison(writer, condition, &untrue);
	emit_set_bit(writer, SCRATCH_READABLE_AT, condition->block);
	land_jumps(writer, &untrue);
}

/* Where a cell is not readable: notes this, and makes its value 0. */
static void emit_gap(struct writer *writer, struct jumps *unreadable)
{
	const int noted_at = SCRATCH_RECORD_AT + offsetof(struct record_hit, unreadable);
	struct jumps readable = { 0 };

	emit_jump(writer, (struct bpf_insn){ .code = BPF_JMP | BPF_JA }, &readable);
	land_jumps(writer, unreadable);
	emit_set_bit(writer, noted_at, writer->cell);
	emit_constant(writer, BPF_REG_0, 0);
	land_jumps(writer, &readable);
}

static void write_careful_cell(struct writer *writer, const struct plan_operation *operation)
{
	struct jumps unreadable = { 0 };

	emit_check(writer, operation->base, &unreadable);
	emit_value(writer, operation, &unreadable);
	/* Registers always have a value. */
	if (unreadable.count)
		emit_gap(writer, &unreadable);
	emit_store(writer, place_of_cell(writer->cell++), BPF_REG_0);
}

static void write_careful_operation(struct writer *writer, const struct plan_operation *operation)
{
	if (operation->code == PLAN_READ)
		write_careful_read(writer, operation);
	else if (operation->code == PLAN_EQUAL)
		write_careful_condition(writer, operation);
	else
		write_careful_cell(writer, operation);
}

/* ---- the fast code ---- */

static void write_fast_operation(struct writer *writer, const struct plan_operation *operation,
				 struct jumps *unreadable)
{
	if (operation->code == PLAN_READ) {
		emit_read_arguments(writer, operation, unreadable);
		emit_helper_call(writer, BPF_FUNC_probe_read_user);
		emit_jump_if(writer, BPF_JNE, BPF_REG_0, 0, unreadable);
	} else if (operation->code == PLAN_EQUAL) {
		emit_comparison(writer, operation, unreadable);
	} else {
		emit_value(writer, operation, unreadable);
		emit_store(writer, place_of_cell(writer->cell++), BPF_REG_0);
	}
}

static void emit_exit(struct writer *writer)
{
	emit_constant(writer, BPF_REG_0, 0);
	emit_instruction(writer, (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT });
}

/* ---- the way from the fast code to the careful one ---- */

static bool defines_block(const struct plan_operation *operation)
{
	return operation->code == PLAN_READ || operation->code == PLAN_EQUAL;
}

/* Notes that the registers and the first `blocks` blocks were read: block n is that of the n-th operation with one. */
static void emit_readable(struct writer *writer, int blocks)
{
	emit_constant(writer, BPF_REG_1, -1);
	emit_shift(writer, BPF_RSH, BPF_REG_1, 63 - blocks);
	emit_store(writer, SCRATCH_READABLE_AT, BPF_REG_1);
}

/* Where each operation of the fast code goes on if it cannot read. */
static void write_crossings(struct writer *writer, const struct plan *plan,
			    struct jumps *unreadable, struct jumps *crossings)
{
	int blocks = 0;

	for (__u32 i = 0; i < plan->operation_count; i++) {
		if (unreadable[i].count) {
			land_jumps(writer, &unreadable[i]);
			emit_readable(writer, blocks);
			emit_jump(writer, (struct bpf_insn){ .code = BPF_JMP | BPF_JA },
				  &crossings[i]);
		}
		blocks += defines_block(&plan->operations[i]);
	}
}

/* The verifier refuses what no path reaches: the operations before the first one that may fail. */
static void write_careful_code(struct writer *writer, const struct plan *plan,
			       struct jumps *crossings)
{
	bool is_reached = false;

	writer->cell = 0;
	for (__u32 i = 0; i < plan->operation_count; i++) {
		is_reached |= crossings[i].count > 0;
		land_jumps(writer, &crossings[i]);
		if (is_reached)
			write_careful_operation(writer, &plan->operations[i]);
		else
			writer->cell += !defines_block(&plan->operations[i]);
	}
	if (is_reached)
		emit_exit(writer);
}

size_t plan_code_write(const struct plan *plan, const struct plan_callees *callees,
		       struct bpf_insn *code)
{
	struct jumps unreadable[PLAN_SHORT_OPERATIONS] = { 0 };
	struct jumps crossings[PLAN_SHORT_OPERATIONS] = { 0 };
	struct writer writer = { .code = code, .callees = *callees };

	emit_move(&writer, SCRATCH, BPF_REG_1);
	emit_move(&writer, CONTEXT, BPF_REG_2);
	for (__u32 i = 0; i < plan->operation_count; i++)
		write_fast_operation(&writer, &plan->operations[i], &unreadable[i]);
	emit_exit(&writer);
	write_crossings(&writer, plan, unreadable, crossings);
	write_careful_code(&writer, plan, crossings);
	return writer.count;
}
