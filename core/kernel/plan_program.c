/* SPDX-License-Identifier: MIT */
#include "plan_program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "contract.h"
#include "plan_code.h"

/* The instructions of a program, with room for the code of a plan. */
struct program {
	int count;
	struct bpf_insn code[];
};

static bool is_call(const struct bpf_insn *instruction)
{
	return instruction->code == (BPF_JMP | BPF_CALL) && instruction->src_reg == BPF_PSEUDO_CALL;
}

static int call_target(const struct bpf_insn *code, int call)
{
	return call + 1 + code[call].imm;
}

/* A function of the program: its first instruction, and the first one behind it. */
struct extent {
	int begin, end;
};

static bool is_mark(const struct bpf_insn *instruction)
{
	return BPF_OP(instruction->code) == BPF_MOV && BPF_SRC(instruction->code) == BPF_K &&
	       instruction->imm == COMPILED_MARK;
}

/* Returns the instruction that marks run_plan(), or -ENOENT. */
static int find_mark(const struct program *program)
{
	for (int i = 0; i < program->count; i++) {
		if (is_mark(&program->code[i]))
			return i;
	}
	return -ENOENT;
}

/* Functions begin where calls lead to. */
static struct extent function_of(const struct program *program, int instruction)
{
	struct extent function = { 0, program->count };

	for (int i = 0; i < program->count; i++) {
		int target = call_target(program->code, i);

		if (!is_call(&program->code[i]))
			continue;
		if (target <= instruction && target > function.begin)
			function.begin = target;
		if (target > instruction && target < function.end)
			function.end = target;
	}
	return function;
}

/* Returns the number-th call of a function, or -ENOENT. */
static int find_call(const struct program *program, struct extent function, int number)
{
	for (int i = function.begin; i < function.end; i++) {
		if (is_call(&program->code[i]) && number-- == 0)
			return i;
	}
	return -ENOENT;
}

/* What follows the body will move, so calls across it become longer, or shorter. */
static void aim_calls(struct program *program, int body, int growth)
{
	for (int i = 0; i < program->count; i++) {
		int target = call_target(program->code, i);

		if (is_call(&program->code[i]))
			program->code[i].imm +=
				(target > body ? growth : 0) - (i > body ? growth : 0);
	}
}

/* Returns where a call will lead to after the growth of a body, counted from the begin of the body. */
static int callee(const struct program *program, int body, int call, int growth)
{
	int target = call_target(program->code, call);

	return target - body + (target > body ? growth : 0);
}

static void replace_function(struct program *program, struct extent body,
			     const struct bpf_insn *code, int size)
{
	aim_calls(program, body.begin, size - (body.end - body.begin));
	memmove(program->code + body.begin + size, program->code + body.end,
		(program->count - body.end) * sizeof(*code));
	memcpy(program->code + body.begin, code, size * sizeof(*code));
	program->count += size - (body.end - body.begin);
}

/* The plan's code takes the place of the body of run_plan(), which calls add_string() and then read_user(). */
static int insert_plan(struct program *program, const struct plan *plan)
{
	struct plan_callees callees = { 0 };
	struct bpf_insn code[PLAN_CODE_MAX];
	int size = plan_code_write(plan, &callees, code), growth, add_string, read_user;
	int mark = find_mark(program);
	struct extent body;

	if (mark < 0)
		return mark;
	body = function_of(program, mark);
	add_string = find_call(program, body, 0);
	read_user = find_call(program, body, 1);
	if (add_string < 0 || read_user < 0)
		return -ENOENT;
	growth = size - (body.end - body.begin);
	callees.add_string = callee(program, body.begin, add_string, growth);
	callees.read_user = callee(program, body.begin, read_user, growth);
	replace_function(program, body, code, plan_code_write(plan, &callees, code));
	return 0;
}

static int load(const struct bpf_program *original, const struct program *program)
{
	LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = BPF_F_SLEEPABLE,
		    .expected_attach_type = bpf_program__expected_attach_type(original));
	int fd = bpf_prog_load(bpf_program__type(original), bpf_program__name(original),
			       "Dual MIT/GPL", program->code, program->count, &options);

	return fd < 0 ? -errno : fd;
}

int plan_program_load(const struct bpf_program *original, const struct plan *plan)
{
	int count = bpf_program__insn_cnt(original), r;
	struct program *program =
		calloc(1, sizeof(*program) + (count + PLAN_CODE_MAX) * sizeof(program->code[0]));

	if (!program)
		return -ENOMEM;
	program->count = count;
	memcpy(program->code, bpf_program__insns(original), count * sizeof(program->code[0]));
	r = insert_plan(program, plan);
	if (r == 0)
		r = load(original, program);
	free(program);
	return r;
}
