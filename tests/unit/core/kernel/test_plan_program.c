/* SPDX-License-Identifier: MIT */
/*
 * Puts the code of plans into a program. This test replaces the functions of libbpf, and looks at the program that is
 * loaded: each call must lead to the same function as before. tests/native runs the code.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "contract.h"
#include "plan_program.h"

enum { MOST = 4096, DESCRIPTOR = 9 };
#define FOR_MULTI ((enum bpf_attach_type)48)

/* Each function begins with its own constant in register 9. */
enum function { MAIN = 1, BEFORE, AFTER, ADD_STRING, READ_USER };

static struct {
	struct bpf_insn original[MOST], loaded[MOST];
	size_t original_count, loaded_count;
	int load_code;
} stage;

/* ---- the kernel ---- */

const struct bpf_insn *bpf_program__insns(const struct bpf_program *program)
{
	return stage.original;
}

size_t bpf_program__insn_cnt(const struct bpf_program *program)
{
	return stage.original_count;
}

enum bpf_attach_type bpf_program__expected_attach_type(const struct bpf_program *program)
{
	return FOR_MULTI;
}

enum bpf_prog_type bpf_program__type(const struct bpf_program *program)
{
	return BPF_PROG_TYPE_KPROBE;
}

const char *bpf_program__name(const struct bpf_program *program)
{
	return "hit";
}

int bpf_prog_load(enum bpf_prog_type type, const char *name, const char *license,
		  const struct bpf_insn *code, size_t count, struct bpf_prog_load_opts *options)
{
	assert_int_equal(type, BPF_PROG_TYPE_KPROBE);
	assert_int_equal(options->expected_attach_type, FOR_MULTI);
	assert_true(options->prog_flags & BPF_F_SLEEPABLE);
	assert_true(count <= MOST);
	memcpy(stage.loaded, code, count * sizeof(*code));
	stage.loaded_count = count;
	errno = -stage.load_code;
	return stage.load_code ? -1 : DESCRIPTOR;
}

/* ---- the program in the object file ---- */

static void add(struct bpf_insn instruction)
{
	stage.original[stage.original_count++] = instruction;
}

static void add_constant(int reg, __s32 value)
{
	add((struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = reg, .imm = value });
}

static void add_call(void)
{
	add((struct bpf_insn){ .code = BPF_JMP | BPF_CALL, .src_reg = BPF_PSEUDO_CALL });
}

static void add_exit(void)
{
	add((struct bpf_insn){ .code = BPF_JMP | BPF_EXIT });
}

/* A function that makes some calls. Returns where it begins. */
static size_t add_function(enum function function, size_t calls)
{
	size_t begin = stage.original_count;

	add_constant(BPF_REG_9, function);
	for (size_t i = 0; i < calls; i++)
		add_call();
	add_exit();
	return begin;
}

/* As in bpf/compiled.bpf.h. */
static size_t add_body(void)
{
	size_t begin = stage.original_count;

	for (int reg = BPF_REG_2; reg <= BPF_REG_5; reg++)
		add_constant(reg, 0);
	add_call();
	for (int reg = BPF_REG_1; reg <= BPF_REG_3; reg++)
		add_constant(reg, 0);
	add_call();
	add_constant(BPF_REG_6, COMPILED_MARK);
	add((struct bpf_insn){ .code = BPF_ALU64 | BPF_MOV | BPF_X, .src_reg = BPF_REG_6 });
	add_exit();
	return begin;
}

static void aim(size_t call, size_t target)
{
	assert_int_equal(stage.original[call].src_reg, BPF_PSEUDO_CALL);
	stage.original[call].imm = (__s32)target - (__s32)call - 1;
}

/* Functions before and behind the body; calls across it in both directions. */
static void make_program(void)
{
	size_t begin = add_function(MAIN, 4), before = add_function(BEFORE, 1);
	size_t add_string = add_function(ADD_STRING, 1);
	size_t body = add_body(), after = add_function(AFTER, 2);
	size_t read_user = add_function(READ_USER, 1);

	aim(begin + 1, before);
	aim(begin + 2, body);
	aim(begin + 3, read_user);
	aim(begin + 4, after);
	aim(before + 1, read_user);
	aim(add_string + 1, read_user);
	aim(body + 4, add_string);
	aim(body + 8, read_user);
	aim(after + 1, before);
	aim(after + 2, read_user);
	aim(read_user + 1, before);
}

static int set_up(void **state)
{
	memset(&stage, 0, sizeof(stage));
	make_program();
	return 0;
}

/* ---- the program that is loaded ---- */

static const struct plan full_plan = {
	.operation_count = 5,
	.cell_count = 4,
	.operations = {
		{ .code = PLAN_READ, .block = 1, .source = 80, .target = 280, .size = 32 },
		{ .code = PLAN_STRING, .base = 1, .source = 280, .target = 288, .size = 256 },
		{ .code = PLAN_SCALAR, .base = 1, .source = 296, .size = 8 },
		{ .code = PLAN_SCALAR, .source = 40, .size = 1 },
		{ .code = PLAN_STRING, .source = 40, .target = 48, .size = 256 },
	},
};

static int load(const struct plan *plan)
{
	return plan_program_load(NULL, plan);
}

static size_t begin_of(enum function function)
{
	for (size_t i = 0; i < stage.loaded_count; i++) {
		const struct bpf_insn *instruction = &stage.loaded[i];

		if (instruction->code == (BPF_ALU64 | BPF_MOV | BPF_K) &&
		    instruction->dst_reg == BPF_REG_9 && instruction->imm == (__s32)function)
			return i;
	}
	fail_msg("there is no function %d", function);
	return 0;
}

/* Returns the place that the call at `place` leads to. */
static size_t led_to(size_t place)
{
	assert_int_equal(stage.loaded[place].code, BPF_JMP | BPF_CALL);
	assert_int_equal(stage.loaded[place].src_reg, BPF_PSEUDO_CALL);
	return place + 1 + stage.loaded[place].imm;
}

static size_t end_of(size_t begin)
{
	while (stage.loaded[begin].code != (BPF_JMP | BPF_EXIT))
		begin++;
	return begin;
}

static size_t body(void)
{
	return led_to(begin_of(MAIN) + 2);
}

/* How often the instructions from `begin` to `end` call a function. */
static size_t calls_of(size_t begin, size_t end, enum function function)
{
	size_t count = 0;

	for (size_t i = begin; i < end; i++) {
		const struct bpf_insn *instruction = &stage.loaded[i];

		count += instruction->code == (BPF_JMP | BPF_CALL) &&
			 instruction->src_reg == BPF_PSEUDO_CALL && led_to(i) == begin_of(function);
	}
	return count;
}

static void calls_lead_to_the_functions_that_they_led_to(void **state)
{
	assert_int_equal(load(&full_plan), DESCRIPTOR);
	assert_int_equal(led_to(begin_of(MAIN) + 1), begin_of(BEFORE));
	assert_int_equal(led_to(begin_of(MAIN) + 3), begin_of(READ_USER));
	assert_int_equal(led_to(begin_of(BEFORE) + 1), begin_of(READ_USER));
	assert_int_equal(led_to(begin_of(ADD_STRING) + 1), begin_of(READ_USER));
	assert_int_equal(led_to(begin_of(AFTER) + 1), begin_of(BEFORE));
	assert_int_equal(led_to(begin_of(AFTER) + 2), begin_of(READ_USER));
	assert_int_equal(led_to(begin_of(READ_USER) + 1), begin_of(BEFORE));
}

/* The fast code adds two strings; the careful code reads, too. */
static void the_body_calls_what_it_needs(void **state)
{
	assert_int_equal(load(&full_plan), DESCRIPTOR);
	assert_int_equal(body(), end_of(begin_of(ADD_STRING)) + 1);
	assert_int_equal(calls_of(body(), begin_of(AFTER), ADD_STRING), 4);
	assert_int_equal(calls_of(body(), begin_of(AFTER), READ_USER), 1);
}

static void a_plan_may_be_shorter_than_what_it_replaces(void **state)
{
	static const struct plan empty;

	assert_int_equal(load(&empty), DESCRIPTOR);
	assert_true(stage.loaded_count < stage.original_count);
	assert_int_equal(led_to(begin_of(MAIN) + 3), begin_of(READ_USER));
	assert_int_equal(led_to(begin_of(READ_USER) + 1), begin_of(BEFORE));
}

static void the_longest_plan_fits(void **state)
{
	struct plan plan = { .operation_count = PLAN_SHORT_OPERATIONS };

	for (int i = 0; i < PLAN_SHORT_OPERATIONS; i++)
		plan.operations[i] = full_plan.operations[i % 3];
	assert_int_equal(load(&plan), DESCRIPTOR);
	for (int i = 0; i < PLAN_SHORT_OPERATIONS; i++)
		plan.operations[i] = (struct plan_operation){ .code = PLAN_STRING,
							      .base = 1,
							      .source = 296,
							      .target = 304,
							      .size = 8,
							      .displacement = 1 };
	assert_int_equal(load(&plan), DESCRIPTOR);
}

static void what_the_kernel_refuses_is_not_loaded(void **state)
{
	stage.load_code = -EACCES;
	assert_int_equal(load(&full_plan), -EACCES);
}

static void a_program_without_a_place_for_code_is_refused(void **state)
{
	stage.original_count = 0;
	add_function(MAIN, 0);
	assert_int_equal(load(&full_plan), -ENOENT);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(calls_lead_to_the_functions_that_they_led_to),
		TEST(the_body_calls_what_it_needs),
		TEST(a_plan_may_be_shorter_than_what_it_replaces),
		TEST(the_longest_plan_fits),
		TEST(what_the_kernel_refuses_is_not_loaded),
		TEST(a_program_without_a_place_for_code_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
