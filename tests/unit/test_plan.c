/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plan.h"

static const struct type int_type = {TYPE_INT, "int", 8};
static const struct type uint16_type = {TYPE_UINT, "uint16", 2};
static const struct type bool_type = {TYPE_BOOL, "bool", 1};
static const struct type string_type = {TYPE_STRING, "string", 16};
static const struct type pointer_type = {TYPE_POINTER, "*T", 8};
static const struct site site = {.skip_if_set = 0x41, .skip_if_clear = 0x20};

/* Where the first block stands in the work area: behind the registers. */
enum { WORK = PLAN_REGISTER_WORDS * 8 };

/* A value in memory: from a register, over the displacements in `hops`. */
static struct access in_memory(const struct type *type, uint8_t word, size_t hop_count,
			       const int32_t *hops)
{
	struct access access = {.type = type, .words = {word}, .word_count = 1, .hop_count = hop_count};

	memcpy(access.hops, hops, hop_count * sizeof(hops[0]));
	return access;
}

#define IN_MEMORY(type, word, ...)                                                              \
	in_memory(type, word, sizeof((int32_t[]){__VA_ARGS__}) / sizeof(int32_t),               \
		  (int32_t[]){__VA_ARGS__})

static struct cell add(struct plan_builder *builder, struct access access, uint32_t lookahead)
{
	struct cell cell;

	assert_int_equal(plan_add(builder, &access, lookahead, &cell, NULL), 0);
	return cell;
}

static struct plan compile(const struct plan_builder *builder)
{
	struct plan plan;

	memset(&plan, 0x5a, sizeof(plan));
	assert_int_equal(plan_compile(builder, &site, PLAN_ROLE_CALL, 1024, &plan, NULL), 0);
	return plan;
}

static void assert_operations(const struct plan *plan, const struct plan_operation *wanted, size_t count)
{
	static const struct plan_operation end;

	assert_int_equal(plan->operation_count, count);
	for (size_t i = 0; i < count; i++) {
		const struct plan_operation *have = &plan->operations[i];

		if (memcmp(have, &wanted[i], sizeof(*have)) != 0)
			fail_msg("operation %zu: code %u base %u block %u source %u target %u size %u "
				 "displacement %d", i, have->code, have->base, have->block, have->source,
				 have->target, have->size, have->displacement);
	}
	for (size_t i = count; i < PLAN_MAX_OPERATIONS; i++)
		assert_memory_equal(&plan->operations[i], &end, sizeof(end));
}

#define ASSERT_OPERATIONS(plan, ...)                                                            \
	assert_operations(plan, (struct plan_operation[]){__VA_ARGS__},                         \
			  sizeof((struct plan_operation[]){__VA_ARGS__}) /                      \
				  sizeof(struct plan_operation))

static void captures_registers(void **state)
{
	struct plan_builder builder = {0};
	struct access pair = {.type = &string_type, .words = {10, 5}, .word_count = 2};
	struct access word = {.type = &uint16_type, .words = {33}, .word_count = 1};
	struct cell cell = add(&builder, pair, 64);
	struct plan plan;

	assert_int_equal(cell.kind, CELL_STRING);
	cell = add(&builder, word, 0);
	assert_int_equal(cell.kind, CELL_UINT);
	assert_int_equal(cell.size, 2);
	plan = compile(&builder);
	assert_true(plan.skip_if_set == 0x41);
	assert_true(plan.skip_if_clear == 0x20);
	assert_int_equal(plan.role, PLAN_ROLE_CALL);
	assert_int_equal(plan.cell_count, 2);
	assert_int_equal(plan.flags, 0);
	ASSERT_OPERATIONS(&plan,
		{PLAN_STRING, .source = 80, .target = 40, .size = 1024, .displacement = 64},
		{PLAN_SCALAR, .source = 264, .size = 2});
}

static void follows_pointers(void **state)
{
	struct plan_builder builder = {0};
	struct plan plan;

	/* req.URL.Path of Go 1.25, req in rdi; then two more of the same request. */
	add(&builder, IN_MEMORY(&string_type, 14, 16, 56), 7);
	add(&builder, IN_MEMORY(&string_type, 14, 0), 0);
	add(&builder, IN_MEMORY(&string_type, 14, 16, 96), 0);
	plan = compile(&builder);
	ASSERT_OPERATIONS(&plan,
		{PLAN_READ, .block = 1, .source = 112, .target = WORK, .size = 24},
		{PLAN_READ, .base = 1, .block = 2, .source = WORK + 16, .target = WORK + 24, .size = 56,
		 .displacement = 56},
		{PLAN_STRING, .base = 2, .source = WORK + 24, .target = WORK + 32, .size = 1024,
		 .displacement = 7},
		{PLAN_STRING, .base = 1, .source = WORK, .target = WORK + 8, .size = 1024},
		{PLAN_STRING, .base = 2, .source = WORK + 64, .target = WORK + 72, .size = 1024});
}

static void keeps_pointers_apart(void **state)
{
	struct plan_builder builder = {0};
	struct plan plan;

	/* Two registers; one word followed from each, at the same place. */
	add(&builder, IN_MEMORY(&bool_type, 10, 8, 1), 0);
	add(&builder, IN_MEMORY(&bool_type, 5, 8, 1), 0);
	plan = compile(&builder);
	ASSERT_OPERATIONS(&plan,
		{PLAN_READ, .block = 1, .source = 80, .target = WORK, .size = 8, .displacement = 8},
		{PLAN_READ, .base = 1, .block = 2, .source = WORK, .target = WORK + 8, .size = 1,
		 .displacement = 1},
		{PLAN_READ, .block = 3, .source = 40, .target = WORK + 16, .size = 8, .displacement = 8},
		{PLAN_READ, .base = 3, .block = 4, .source = WORK + 16, .target = WORK + 24, .size = 1,
		 .displacement = 1},
		{PLAN_SCALAR, .base = 2, .source = WORK + 8, .size = 1},
		{PLAN_SCALAR, .base = 4, .source = WORK + 24, .size = 1});
}

/* The goroutine of the stack ABI: reached from a word that the kernel side provides when asked. */
static void asks_for_the_thread_pointer(void **state)
{
	struct plan_builder builder = {0};
	struct plan plan;

	add(&builder, IN_MEMORY(&int_type, PLAN_THREAD_POINTER, -8, 152), 0);
	plan = compile(&builder);
	assert_int_equal(plan.flags, PLAN_WANTS_THREAD_POINTER);
	ASSERT_OPERATIONS(&plan,
		{PLAN_READ, .block = 1, .source = PLAN_THREAD_POINTER * 8, .target = WORK, .size = 8,
		 .displacement = -8},
		{PLAN_READ, .base = 1, .block = 2, .source = WORK, .target = WORK + 8, .size = 8,
		 .displacement = 152},
		{PLAN_SCALAR, .base = 2, .source = WORK + 8, .size = 8});
}

static void splits_far_reads(void **state)
{
	struct plan_builder builder = {0};
	struct plan plan;

	/* 512 bytes from the first to the end of the second; one more is too far. */
	add(&builder, IN_MEMORY(&int_type, 0, -8), 0);
	add(&builder, IN_MEMORY(&int_type, 0, 496), 0);
	plan = compile(&builder);
	assert_int_equal(plan.operation_count, 3);
	assert_int_equal(plan.operations[0].size, 512);
	assert_int_equal(plan.operations[0].displacement, -8);
	assert_int_equal(plan.operations[2].source, WORK + 504);
	add(&builder, IN_MEMORY(&bool_type, 0, 504), 0);
	plan = compile(&builder);
	ASSERT_OPERATIONS(&plan,
		{PLAN_READ, .block = 1, .target = WORK, .size = 512, .displacement = -8},
		{PLAN_READ, .block = 2, .target = WORK + 512, .size = 1, .displacement = 504},
		{PLAN_SCALAR, .base = 1, .source = WORK, .size = 8},
		{PLAN_SCALAR, .base = 1, .source = WORK + 504, .size = 8},
		{PLAN_SCALAR, .base = 2, .source = WORK + 512, .size = 1});
}

static void knows_what_cells_hold(void **state)
{
	static const struct {
		struct type type;
		int code;
		enum cell_kind kind;
	} cases[] = {
		{{TYPE_BOOL, "bool", 1}, 0, CELL_BOOL},
		{{TYPE_INT, "int8", 1}, 0, CELL_INT},
		{{TYPE_INT, "rune", 4}, 0, CELL_INT},
		{{TYPE_UINT, "uintptr", 8}, 0, CELL_UINT},
		{{TYPE_POINTER, "*T", 8}, 0, CELL_POINTER},
		{{TYPE_MAP, "map[string]int", 8}, 0, CELL_POINTER},
		{{TYPE_CHAN, "chan int", 8}, 0, CELL_POINTER},
		{{TYPE_FUNC, "func()", 8}, 0, CELL_POINTER},
		{{TYPE_STRING, "string", 16}, 0, CELL_STRING},
		{{TYPE_FLOAT, "float64", 8}, -ENOTSUP, 0},
		{{TYPE_COMPLEX, "complex128", 16}, -ENOTSUP, 0},
		{{TYPE_STRUCT, "T", 8}, -ENOTSUP, 0},
		{{TYPE_ARRAY, "[1]int", 8}, -ENOTSUP, 0},
		{{TYPE_SLICE, "[]int", 24}, -ENOTSUP, 0},
		{{TYPE_INTERFACE, "error", 16}, -ENOTSUP, 0},
		{{TYPE_UNKNOWN, "T", 8}, -ENOTSUP, 0},
		/* Sizes that only damaged DWARF gives. */
		{{TYPE_INT, "int", 3}, -ENOTSUP, 0},
		{{TYPE_UINT, "uint", 0}, -ENOTSUP, 0},
		{{TYPE_INT, "int", 264}, -ENOTSUP, 0},
		{{TYPE_BOOL, "bool", 8}, -ENOTSUP, 0},
		{{TYPE_STRING, "string", 8}, -ENOTSUP, 0},
		{{TYPE_POINTER, "*T", 4}, -ENOTSUP, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct plan_builder builder = {0}, before = {0};
		struct access access = IN_MEMORY(&cases[i].type, 0, 0, 8);
		struct error err = {0};
		struct cell cell;

		assert_int_equal(plan_add(&builder, &access, 0, &cell, &err), cases[i].code);
		if (cases[i].code == 0) {
			assert_int_equal(cell.kind, cases[i].kind);
			assert_int_equal(cell.size, cases[i].type.size);
			continue;
		}
		assert_non_null(strstr(err.what, cases[i].type.name));
		assert_memory_equal(&builder, &before, sizeof(builder));
	}
}

static void bounds_the_cells(void **state)
{
	struct plan_builder builder = {0}, before;
	struct access access = {.type = &int_type, .words = {3}, .word_count = 1};
	struct cell cell;

	for (int i = 0; i < PLAN_MAX_CELLS; i++)
		assert_int_equal(plan_add(&builder, &access, 0, &cell, NULL), 0);
	assert_int_equal(compile(&builder).operation_count, PLAN_MAX_CELLS);
	before = builder;
	assert_int_equal(plan_add(&builder, &access, 0, &cell, NULL), -E2BIG);
	assert_memory_equal(&builder, &before, sizeof(builder));
}

/* A failure in the middle of a long way leaves nothing of it behind. */
static void bounds_the_pointers(void **state)
{
	struct plan_builder builder = {0}, before;
	struct cell cell;
	int r = 0;

	for (int32_t i = 0; i < 8; i++) {
		struct access access = IN_MEMORY(&pointer_type, 0, 1000 * i, 8, 8, 8, 8, 8);

		before = builder;
		r = plan_add(&builder, &access, 0, &cell, NULL);
		if (r < 0)
			break;
	}
	assert_int_equal(r, -E2BIG);
	assert_memory_equal(&builder, &before, sizeof(builder));
	assert_true(builder.capture_count > 0);
}

static int compile_far_apart(int32_t count, int32_t distance, struct plan *plan)
{
	struct plan_builder builder = {0};

	for (int32_t i = 0; i < count; i++)
		add(&builder, IN_MEMORY(&int_type, 0, i * distance), 0);
	return plan_compile(&builder, &site, PLAN_ROLE_CALL, 16, plan, NULL);
}

static void bounds_the_operations(void **state)
{
	struct plan plan, before;

	/* As many blocks as captures: 24 of each are 48 operations. */
	assert_int_equal(compile_far_apart(24, 1000, &plan), 0);
	assert_int_equal(plan.operation_count, PLAN_MAX_OPERATIONS);
	before = plan;
	assert_int_equal(compile_far_apart(25, 1000, &plan), -E2BIG);
	assert_memory_equal(&plan, &before, sizeof(plan));
}

static void bounds_the_work_area(void **state)
{
	enum { LEFT = PLAN_WORK_SIZE - WORK - 7 * 512 };
	struct plan_builder builder = {0};
	struct plan plan;

	/* Blocks of 512 bytes, by their first and last word. */
	for (int32_t i = 0; i < 7; i++) {
		add(&builder, IN_MEMORY(&int_type, 0, i * 1000), 0);
		add(&builder, IN_MEMORY(&int_type, 0, i * 1000 + 504), 0);
	}
	plan = compile(&builder);
	assert_int_equal(plan.operations[6].target + plan.operations[6].size, WORK + 7 * 512);
	add(&builder, IN_MEMORY(&int_type, 1, 0), 0);
	add(&builder, IN_MEMORY(&int_type, 1, LEFT - 8), 0);
	plan = compile(&builder);
	assert_int_equal(plan.operations[7].target + plan.operations[7].size, PLAN_WORK_SIZE);
	add(&builder, IN_MEMORY(&bool_type, 1, LEFT), 0);
	assert_int_equal(plan_compile(&builder, &site, PLAN_ROLE_CALL, 16, &plan, NULL), -E2BIG);
}

static void refuses_values_at_the_end_of_the_world(void **state)
{
	struct plan_builder builder = {0}, before = {0};
	struct access access = IN_MEMORY(&string_type, 19, INT32_MAX - 15);
	struct cell cell;

	assert_int_equal(plan_add(&builder, &access, 0, &cell, NULL), -E2BIG);
	assert_memory_equal(&builder, &before, sizeof(builder));
	access.hops[0]--;
	assert_int_equal(plan_add(&builder, &access, 0, &cell, NULL), 0);
	compile(&builder);
}

/* ---- what a plan means, written as simply as can be ---- */

/* A memory in which every address holds some byte. */
static uint8_t memory_byte(uint64_t address)
{
	uint64_t hash = (address + 0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9;

	return hash >> 56;
}

static uint64_t memory_read(uint64_t address, size_t size)
{
	uint64_t value = 0;

	for (size_t i = size; i > 0; i--)
		value = value << 8 | memory_byte(address + i - 1);
	return value;
}

struct thread {
	uint8_t work[PLAN_WORK_SIZE];
	uint64_t defined; /* blocks */
};

static uint64_t work_read(const struct thread *thread, uint32_t offset, uint32_t size)
{
	uint64_t value = 0;

	assert_true(offset + size <= PLAN_WORK_SIZE);
	memcpy(&value, thread->work + offset, size);
	return value;
}

/* Carries a plan out; `cells`: a scalar, or a string's address and length in two entries. */
static size_t run(const struct plan *plan, struct thread *thread, uint64_t (*cells)[2])
{
	size_t count = 0;

	thread->defined = 1;
	for (uint32_t i = 0; i < plan->operation_count; i++) {
		const struct plan_operation *operation = &plan->operations[i];

		assert_true(thread->defined >> operation->base & 1);
		if (operation->code == PLAN_READ) {
			uint64_t address = work_read(thread, operation->source, 8) + operation->displacement;

			assert_in_range(operation->size, 1, PLAN_MAX_BLOCK_SIZE);
			assert_true(operation->target + operation->size <= PLAN_WORK_SIZE);
			assert_false(thread->defined >> operation->block & 1);
			thread->defined |= 1ull << operation->block;
			for (uint32_t j = 0; j < operation->size; j++)
				thread->work[operation->target + j] = memory_byte(address + j);
			continue;
		}
		cells[count][0] = work_read(thread, operation->source,
					    operation->code == PLAN_STRING ? 8 : operation->size);
		cells[count++][1] = operation->code == PLAN_STRING
					    ? work_read(thread, operation->target, 8) : 0;
	}
	return count;
}

/* Where an access leads, without any plan. */
static void reach(const struct access *access, const struct thread *thread, uint64_t *cell)
{
	uint64_t address = work_read(thread, access->words[0] * 8, 8);
	size_t size = access->type->size == 16 ? 8 : access->type->size;

	cell[1] = 0;
	if (access->hop_count == 0) {
		cell[0] = work_read(thread, access->words[0] * 8, size);
		if (access->type->kind == TYPE_STRING)
			cell[1] = work_read(thread, access->words[1] * 8, 8);
		return;
	}
	for (size_t i = 0; i + 1 < access->hop_count; i++)
		address = memory_read(address + access->hops[i], 8);
	address += access->hops[access->hop_count - 1];
	cell[0] = memory_read(address, size);
	if (access->type->kind == TYPE_STRING)
		cell[1] = memory_read(address + 8, 8);
}

static uint32_t next_random(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random >> 20;
}

/* Few registers and places, so that ways are shared and reads overlap. */
static struct access random_access(uint64_t *random)
{
	static const struct type *const types[] = {&int_type, &uint16_type, &bool_type, &string_type,
						   &pointer_type};
	struct access access = {
		.type = types[next_random(random) % 5],
		.words = {next_random(random) % 3, 3 + next_random(random) % 3},
		.word_count = 1,
		.hop_count = next_random(random) % 4,
	};

	for (size_t i = 0; i < access.hop_count; i++)
		access.hops[i] = (int32_t)(next_random(random) % 90) * 9 - 200;
	return access;
}

static void plans_capture_what_was_asked_for(void **state)
{
	uint64_t random = 88172645463325252u;
	size_t compiled = 0;

	for (int round = 0; round < 20000; round++) {
		struct plan_builder builder = {0};
		struct access accesses[PLAN_MAX_CELLS];
		uint64_t cells[PLAN_MAX_CELLS][2], wanted[2];
		struct thread thread = {0};
		size_t count = 0, asked = next_random(&random) % 20;
		struct cell cell;
		struct plan plan;

		for (size_t i = 0; i < WORK; i++)
			thread.work[i] = next_random(&random);
		for (size_t i = 0; i < asked; i++) {
			accesses[count] = random_access(&random);
			if (plan_add(&builder, &accesses[count], 0, &cell, NULL) == 0)
				count++;
		}
		if (plan_compile(&builder, &site, PLAN_ROLE_START, 64, &plan, NULL) < 0)
			continue;
		compiled++;
		assert_int_equal(run(&plan, &thread, cells), count);
		for (size_t i = 0; i < count; i++) {
			reach(&accesses[i], &thread, wanted);
			assert_true(cells[i][0] == wanted[0] && cells[i][1] == wanted[1]);
		}
	}
	assert_true(compiled > 15000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(captures_registers),
		cmocka_unit_test(follows_pointers),
		cmocka_unit_test(keeps_pointers_apart),
		cmocka_unit_test(asks_for_the_thread_pointer),
		cmocka_unit_test(splits_far_reads),
		cmocka_unit_test(knows_what_cells_hold),
		cmocka_unit_test(bounds_the_cells),
		cmocka_unit_test(bounds_the_pointers),
		cmocka_unit_test(bounds_the_operations),
		cmocka_unit_test(bounds_the_work_area),
		cmocka_unit_test(refuses_values_at_the_end_of_the_world),
		cmocka_unit_test(plans_capture_what_was_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
