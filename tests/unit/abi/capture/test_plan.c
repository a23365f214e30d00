/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plan.h"
#include "plan_check.h"

static const struct cell int_cell = { CELL_INT, 8 };
static const struct cell uint16_cell = { CELL_UINT, 2 };
static const struct cell bool_cell = { CELL_BOOL, 1 };
static const struct cell string_cell = { CELL_STRING, 16 };
static const struct cell pointer_cell = { CELL_POINTER, 8 };
static const struct site site = { .skip_if_set = 0x41, .skip_if_clear = 0x20 };

/* The place of the first block in the work area, behind the registers. */
enum { WORK = PLAN_REGISTER_WORDS * 8 };

static struct plan_place in_register(uint8_t word)
{
	return (struct plan_place){
		.source = PLAN_REGISTERS, .gate = PLAN_NO_GATE, .words = { word }, .word_count = 1
	};
}

/* Follows a register over several displacements. Returns a negative error if the plan is full. */
static int follow(struct plan_builder *builder, uint8_t word, size_t hop_count, const int32_t *hops,
		  struct plan_place *ret_place)
{
	struct plan_place place = in_register(word);

	for (size_t i = 0; i < hop_count; i++) {
		int r = plan_follow(builder, place, NULL);

		if (r < 0)
			return r;
		place = (struct plan_place){ .source = r,
					     .gate = PLAN_NO_GATE,
					     .displacement = hops[i] };
	}
	*ret_place = place;
	return 0;
}

/* The place `displacement` bytes into what a word points to. */
static struct plan_place into(struct plan_builder *builder, struct plan_place pointer,
			      int32_t displacement)
{
	int source = plan_follow(builder, pointer, NULL);

	assert_true(source >= 0);
	return (struct plan_place){ .source = source,
				    .gate = PLAN_NO_GATE,
				    .displacement = displacement };
}

static void add(struct plan_builder *builder, struct plan_place place, struct cell cell,
		uint32_t lookahead)
{
	uint16_t number = builder->capture_count;

	assert_int_equal(plan_add(builder, place, cell, lookahead, NULL), number);
}

static void add_in_memory(struct plan_builder *builder, struct cell cell, uint32_t lookahead,
			  uint8_t word, size_t hop_count, const int32_t *hops)
{
	struct plan_place place;

	assert_int_equal(follow(builder, word, hop_count, hops, &place), 0);
	add(builder, place, cell, lookahead);
}

#define ADD(builder, cell, lookahead, word, ...)                            \
	add_in_memory(builder, cell, lookahead, word,                       \
		      sizeof((int32_t[]){ __VA_ARGS__ }) / sizeof(int32_t), \
		      (int32_t[]){ __VA_ARGS__ })

static struct plan compile(const struct plan_builder *builder)
{
	struct plan plan;

	memset(&plan, 0x5a, sizeof(plan));
	assert_int_equal(plan_compile(builder, &site, PLAN_ROLE_CALL, 1024, &plan, NULL), 0);
	assert_null(plan_fault(&plan, builder));
	return plan;
}

static void assert_operations(const struct plan *plan, const struct plan_operation *wanted,
			      size_t count)
{
	static const struct plan_operation end;

	assert_int_equal(plan->operation_count, count);
	for (size_t i = 0; i < count; i++) {
		const struct plan_operation *have = &plan->operations[i];

		if (memcmp(have, &wanted[i], sizeof(*have)) != 0)
			fail_msg(
				"operation %zu: code %u base %u block %u source %u target %u size %u "
				"displacement %d gate %u",
				i, have->code, have->base, have->block, have->source, have->target,
				have->size, have->displacement, have->gate);
	}
	for (size_t i = count; i < PLAN_MAX_OPERATIONS; i++)
		assert_memory_equal(&plan->operations[i], &end, sizeof(end));
}

#define ASSERT_OPERATIONS(plan, ...)                                         \
	assert_operations(plan, (struct plan_operation[]){ __VA_ARGS__ },    \
			  sizeof((struct plan_operation[]){ __VA_ARGS__ }) / \
				  sizeof(struct plan_operation))

static void captures_registers(void **state)
{
	struct plan_builder builder = { 0 };
	struct plan_place pair = {
		.source = PLAN_REGISTERS, .gate = PLAN_NO_GATE, .words = { 10, 5 }, .word_count = 2
	};
	struct plan plan;

	add(&builder, pair, string_cell, 64);
	add(&builder, in_register(33), uint16_cell, 0);
	plan = compile(&builder);
	assert_true(plan.skip_if_set == 0x41);
	assert_true(plan.skip_if_clear == 0x20);
	assert_int_equal(plan.role, PLAN_ROLE_CALL);
	assert_int_equal(plan.cell_count, 2);
	assert_int_equal(plan.flags, 0);
	ASSERT_OPERATIONS(&plan,
			  { PLAN_STRING, .source = 80, .target = 40, .size = 1024,
			    .displacement = 64 },
			  { PLAN_SCALAR, .source = 264, .size = 2 });
}

static void follows_pointers(void **state)
{
	struct plan_builder builder = { 0 };
	struct plan plan;

	/* req.URL.Path of Go 1.25, with req in rdi; then two other strings of the same request. */
	ADD(&builder, string_cell, 7, 14, 16, 56);
	ADD(&builder, string_cell, 0, 14, 0);
	ADD(&builder, string_cell, 0, 14, 16, 96);
	plan = compile(&builder);
	ASSERT_OPERATIONS(
		&plan, { PLAN_READ, .block = 1, .source = 112, .target = WORK, .size = 24 },
		{ PLAN_READ, .base = 1, .block = 2, .source = WORK + 16, .target = WORK + 24,
		  .size = 56, .displacement = 56 },
		{ PLAN_STRING, .base = 2, .source = WORK + 24, .target = WORK + 32, .size = 1024,
		  .displacement = 7 },
		{ PLAN_STRING, .base = 1, .source = WORK, .target = WORK + 8, .size = 1024 },
		{ PLAN_STRING, .base = 2, .source = WORK + 64, .target = WORK + 72, .size = 1024 });
}

static void keeps_pointers_apart(void **state)
{
	struct plan_builder builder = { 0 };
	struct plan plan;

	/* Two registers, and one word at the same place behind each. */
	ADD(&builder, bool_cell, 0, 10, 8, 1);
	ADD(&builder, bool_cell, 0, 5, 8, 1);
	plan = compile(&builder);
	ASSERT_OPERATIONS(&plan,
			  { PLAN_READ, .block = 1, .source = 80, .target = WORK, .size = 8,
			    .displacement = 8 },
			  { PLAN_READ, .base = 1, .block = 2, .source = WORK, .target = WORK + 8,
			    .size = 1, .displacement = 1 },
			  { PLAN_READ, .block = 3, .source = 40, .target = WORK + 16, .size = 8,
			    .displacement = 8 },
			  { PLAN_READ, .base = 3, .block = 4, .source = WORK + 16,
			    .target = WORK + 24, .size = 1, .displacement = 1 },
			  { PLAN_SCALAR, .base = 2, .source = WORK + 8, .size = 1 },
			  { PLAN_SCALAR, .base = 4, .source = WORK + 24, .size = 1 });
}

/* The goroutine in the stack ABI is reached from a word that the kernel side provides only on request. */
static void asks_for_the_thread_pointer(void **state)
{
	struct plan_builder builder = { 0 };
	struct plan plan;

	ADD(&builder, int_cell, 0, PLAN_THREAD_POINTER, -8, 152);
	plan = compile(&builder);
	assert_int_equal(plan.flags, PLAN_WANTS_THREAD_POINTER);
	ASSERT_OPERATIONS(&plan,
			  { PLAN_READ, .block = 1, .source = PLAN_THREAD_POINTER * 8,
			    .target = WORK, .size = 8, .displacement = -8 },
			  { PLAN_READ, .base = 1, .block = 2, .source = WORK, .target = WORK + 8,
			    .size = 8, .displacement = 152 },
			  { PLAN_SCALAR, .base = 2, .source = WORK + 8, .size = 8 });
}

static void splits_far_reads(void **state)
{
	struct plan_builder builder = { 0 };
	struct plan plan;

	/* The block from the first to the end of the second is 512 bytes; the next one is too far away. */
	ADD(&builder, int_cell, 0, 0, -8);
	ADD(&builder, int_cell, 0, 0, 496);
	plan = compile(&builder);
	assert_int_equal(plan.operation_count, 3);
	assert_int_equal(plan.operations[0].size, 512);
	assert_int_equal(plan.operations[0].displacement, -8);
	assert_int_equal(plan.operations[2].source, WORK + 504);
	ADD(&builder, bool_cell, 0, 0, 504);
	plan = compile(&builder);
	ASSERT_OPERATIONS(
		&plan, { PLAN_READ, .block = 1, .target = WORK, .size = 512, .displacement = -8 },
		{ PLAN_READ, .block = 2, .target = WORK + 512, .size = 1, .displacement = 504 },
		{ PLAN_SCALAR, .base = 1, .source = WORK, .size = 8 },
		{ PLAN_SCALAR, .base = 1, .source = WORK + 504, .size = 8 },
		{ PLAN_SCALAR, .base = 2, .source = WORK + 512, .size = 1 });
}

/*
 * Operations that depend on a condition on another block are behind a gate; only long plans have such operations.
 */
static void guards_by_conditions(void **state)
{
	struct plan_builder builder = { 0 };
	struct plan_place pointer = in_register(10), held = in_register(5);
	struct plan plan;

	/* Element 2 of a slice in registers, and a word that is read if another word has a certain hash. */
	pointer.gate = plan_require(&builder, in_register(5), PLAN_ABOVE, 8, 2, NULL);
	assert_int_equal(pointer.gate, 0);
	add(&builder, into(&builder, pointer, 16), int_cell, 0);
	held.gate = plan_require(&builder, into(&builder, in_register(11), 16), PLAN_EQUAL, 4,
				 0xdeadbeef, NULL);
	add(&builder, held, pointer_cell, 0);
	plan = compile(&builder);
	assert_false(plan_is_short(&plan));
	ASSERT_OPERATIONS(&plan,
			  { PLAN_ABOVE, .block = 1, .source = 40, .size = 8, .displacement = 2 },
			  { PLAN_READ, .base = 1, .block = 2, .source = 80, .target = WORK,
			    .size = 8, .displacement = 16 },
			  { PLAN_READ, .block = 3, .source = 88, .target = WORK + 8, .size = 4,
			    .displacement = 16 },
			  { PLAN_EQUAL, .base = 3, .block = 4, .source = WORK + 8, .size = 4,
			    .displacement = (int32_t)0xdeadbeef },
			  { PLAN_SCALAR, .base = 2, .source = WORK, .size = 8 },
			  { PLAN_SCALAR, .gate = 4, .source = 40, .size = 8 });
}

/* A condition on the block that contains the pointer: the read depends on the condition alone. */
static void needs_no_gate_within_a_block(void **state)
{
	struct plan_builder builder = { 0 };
	struct plan_place length = into(&builder, in_register(10), 16);
	struct plan_place pointer = into(&builder, in_register(10), 24);
	struct plan plan;

	length.displacement += 7;
	pointer.gate = plan_require(&builder, length, PLAN_EQUAL, 1, 0, NULL);
	add(&builder, into(&builder, pointer, 8), int_cell, 0);
	plan = compile(&builder);
	assert_true(plan_is_short(&plan));
	ASSERT_OPERATIONS(&plan,
			  { PLAN_READ, .block = 1, .source = 80, .target = WORK, .size = 9,
			    .displacement = 23 },
			  { PLAN_EQUAL, .base = 1, .block = 2, .source = WORK, .size = 1 },
			  { PLAN_READ, .base = 2, .block = 3, .source = WORK + 1,
			    .target = WORK + 16, .size = 8, .displacement = 8 },
			  { PLAN_SCALAR, .base = 3, .source = WORK + 16, .size = 8 });
}

/* Before strings are read. */
static void leaves_out_what_is_not_kept(void **state)
{
	struct plan_builder builder = { 0 };
	struct plan_place number = into(&builder, in_register(11), 16);
	struct plan_mark before;
	struct plan plan;

	add(&builder, in_register(10), string_cell, 0);
	add(&builder, number, uint16_cell, 0);
	before = plan_mark(&builder);
	for (int i = 0; i < 2; i++) {
		int condition = plan_require(&builder, number, PLAN_EQUAL, 2, 7, NULL);

		assert_true(condition >= 0);
		assert_int_equal(plan_keep_if(&builder, condition, NULL), 0);
		if (i == 0)
			plan_rewind(&builder, before);
	}
	plan = compile(&builder);
	assert_false(plan_is_short(&plan));
	assert_null(plan_fault(&plan, &builder));
	ASSERT_OPERATIONS(
		&plan,
		{ PLAN_READ, .block = 1, .source = 88, .target = WORK, .size = 2,
		  .displacement = 16 },
		{ PLAN_EQUAL, .base = 1, .block = 2, .source = WORK, .size = 2, .displacement = 7 },
		{ PLAN_KEEP, .base = 2 }, { PLAN_STRING, .source = 80, .target = 0, .size = 1024 },
		{ PLAN_SCALAR, .base = 1, .source = WORK, .size = 2 });
	while (builder.keep_count < PLAN_MAX_KEEPS)
		assert_int_equal(plan_keep_if(&builder, 0, NULL), 0);
	assert_int_equal(plan_keep_if(&builder, 0, NULL), -E2BIG);
}

static struct plan_place entry_word(struct plan_builder *builder, struct plan_place map,
				    const struct plan_search *search, uint32_t pass_over,
				    int32_t word)
{
	int source = plan_find_entry(builder, map, search, pass_over, NULL);

	assert_true(source >= 0);
	return (struct plan_place){ .source = source, .gate = PLAN_NO_GATE, .displacement = word };
}

static void searches_maps(void **state)
{
	static const struct plan_search first = {
		.key = 8, .match = SEARCH_STRING, .key_size = 4, .wanted = "gift"
	};
	static const struct plan_search second = { .key = 8 };
	struct plan_builder builder = { 0 };
	struct plan_place map = in_register(10);
	struct plan plan;

	add(&builder, into(&builder, entry_word(&builder, map, &second, 1, PLAN_ENTRY_KEY), 0),
	    string_cell, 0);
	add(&builder, into(&builder, entry_word(&builder, map, &first, 0, PLAN_ENTRY_ELEMENT), 24),
	    int_cell, 0);
	/* The same entry again: no new source and no new search. */
	add(&builder, into(&builder, entry_word(&builder, map, &first, 0, PLAN_ENTRY_ELEMENT), 0),
	    int_cell, 0);
	assert_int_equal(builder.search_count, 2);
	plan = compile(&builder);
	assert_memory_equal(&plan.searches[0], &second, sizeof(second));
	assert_memory_equal(&plan.searches[1], &first, sizeof(first));
	assert_false(plan_is_short(&plan));
	ASSERT_OPERATIONS(&plan,
			  { PLAN_SEARCH, .block = 1, .source = 80, .target = WORK, .size = 0,
			    .displacement = 1 },
			  { PLAN_READ, .base = 1, .block = 2, .source = WORK, .target = WORK + 16,
			    .size = 16 },
			  { PLAN_SEARCH, .block = 3, .source = 80, .target = WORK + 32, .size = 1 },
			  { PLAN_READ, .base = 3, .block = 4, .source = WORK + 40,
			    .target = WORK + 48, .size = 32 },
			  { PLAN_STRING, .base = 2, .source = WORK + 16, .target = WORK + 24,
			    .size = 1024 },
			  { PLAN_SCALAR, .base = 4, .source = WORK + 72, .size = 8 },
			  { PLAN_SCALAR, .base = 4, .source = WORK + 48, .size = 8 });
}

static void bounds_the_searches(void **state)
{
	struct plan_builder builder = { 0 };
	struct plan_search search = { 0 };
	struct error err = { 0 };

	for (int i = 0; i < PLAN_MAX_SEARCHES; i++) {
		search.key = i;
		assert_true(plan_find_entry(&builder, in_register(1), &search, 0, NULL) >= 0);
	}
	search.key = PLAN_MAX_SEARCHES;
	assert_int_equal(plan_find_entry(&builder, in_register(1), &search, 0, &err), -E2BIG);
	assert_non_null(strstr(err.what, "maps"));
	search.key = 0;
	assert_true(plan_find_entry(&builder, in_register(2), &search, 0, NULL) >= 0);
}

static void bounds_the_cells(void **state)
{
	struct plan_builder builder = { 0 }, before;

	for (int i = 0; i < PLAN_MAX_CELLS; i++)
		assert_int_equal(plan_add(&builder, in_register(3), int_cell, 0, NULL), i);
	assert_int_equal(compile(&builder).operation_count, PLAN_MAX_CELLS);
	before = builder;
	assert_int_equal(plan_add(&builder, in_register(3), int_cell, 0, NULL), -E2BIG);
	assert_memory_equal(&builder, &before, sizeof(builder));
}

/* There can be as many sources as blocks, for all places together and in the chain of a single place. */
static void bounds_the_sources(void **state)
{
	struct plan_builder builder = { 0 };
	struct plan_place place = in_register(0);
	struct plan plan;

	for (int i = 0; i < PLAN_MAX_BLOCKS; i++)
		place = into(&builder, place, 8);
	assert_int_equal(builder.source_count, PLAN_MAX_BLOCKS);
	assert_int_equal(plan_follow(&builder, place, NULL), -E2BIG);
	add(&builder, place, int_cell, 0);
	plan = compile(&builder);
	assert_int_equal(plan.operation_count, PLAN_MAX_BLOCKS + 1);
	assert_int_equal(plan.operations[PLAN_MAX_BLOCKS].base, PLAN_MAX_BLOCKS);
	/* An existing source can still be followed. */
	assert_int_equal(plan_follow(&builder, in_register(0), NULL), 0);
}

/* The short program takes only plans with the basic operations, and few of them. */
static void knows_short_plans(void **state)
{
	struct plan_builder builder = { 0 };
	struct plan plan;

	for (int i = 0; i < PLAN_SHORT_OPERATIONS; i++)
		add(&builder, in_register(3), int_cell, 0);
	plan = compile(&builder);
	assert_true(plan_is_short(&plan));
	add(&builder, in_register(3), int_cell, 0);
	plan = compile(&builder);
	assert_false(plan_is_short(&plan));
}

static int compile_far_apart(int32_t count, int32_t distance, struct plan *plan)
{
	struct plan_builder builder = { 0 };

	for (int32_t i = 0; i < count; i++)
		ADD(&builder, int_cell, 0, 0, i * distance);
	return plan_compile(&builder, &site, PLAN_ROLE_CALL, 16, plan, NULL);
}

static void bounds_the_blocks(void **state)
{
	struct plan plan, before;

	/* Each value has a block of its own; there are numbers for 255 blocks. */
	assert_int_equal(compile_far_apart(PLAN_MAX_BLOCKS, 1000, &plan), 0);
	assert_int_equal(plan.operation_count, 2 * PLAN_MAX_BLOCKS);
	before = plan;
	assert_int_equal(compile_far_apart(PLAN_MAX_BLOCKS + 1, 1000, &plan), -E2BIG);
	assert_memory_equal(&plan, &before, sizeof(plan));
}

static void bounds_the_work_area(void **state)
{
	enum { BLOCKS = 31, LEFT = PLAN_WORK_SIZE - WORK - BLOCKS * 512 };
	struct plan_builder builder = { 0 };
	struct plan plan;

	/* Blocks of 512 bytes, by their first and last word. */
	for (int32_t i = 0; i < BLOCKS; i++) {
		ADD(&builder, int_cell, 0, 0, i * 1000);
		ADD(&builder, int_cell, 0, 0, i * 1000 + 504);
	}
	plan = compile(&builder);
	assert_int_equal(plan.operations[BLOCKS - 1].target, WORK + (BLOCKS - 1) * 512);
	ADD(&builder, int_cell, 0, 1, 0);
	ADD(&builder, int_cell, 0, 1, LEFT - 8);
	plan = compile(&builder);
	assert_int_equal(plan.operations[BLOCKS].target + plan.operations[BLOCKS].size,
			 PLAN_WORK_SIZE);
	ADD(&builder, bool_cell, 0, 1, LEFT);
	assert_int_equal(plan_compile(&builder, &site, PLAN_ROLE_CALL, 16, &plan, NULL), -E2BIG);
}

static void refuses_values_at_the_end_of_the_world(void **state)
{
	struct plan_builder builder = { 0 }, before;
	struct plan_place place = into(&builder, in_register(19), INT32_MAX - 15);

	before = builder;
	assert_int_equal(plan_add(&builder, place, string_cell, 0, NULL), -E2BIG);
	assert_memory_equal(&builder, &before, sizeof(builder));
	place.displacement--;
	add(&builder, place, string_cell, 0);
	compile(&builder);
}

/* ---- a second, simple implementation of plans ---- */

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
	bool defined[PLAN_MAX_BLOCKS + 1];
};

/* A scalar, or the address and length of a string; all 0 if it cannot be read. */
struct value {
	bool readable;
	uint64_t words[2];
};

static uint64_t work_read(const struct thread *thread, uint32_t offset, uint32_t size)
{
	uint64_t value = 0;

	assert_true(offset + size <= PLAN_WORK_SIZE);
	memcpy(&value, thread->work + offset, size);
	return value;
}

/* Some maps have the entry, others do not. */
static bool find_entry(uint64_t map, const struct plan_search *search, uint32_t pass_over,
		       uint64_t *ret_words)
{
	ret_words[0] = memory_read(map + search->key + 64ull * pass_over, 8);
	ret_words[1] = ret_words[0] + 24;
	return ret_words[0] % 4;
}

static bool compares(enum plan_operation_code comparison, uint64_t value, int32_t constant)
{
	return comparison == PLAN_ABOVE ? value > (uint32_t)constant : value == (uint32_t)constant;
}

/* Executes an operation that defines a block; false if the block cannot be read. */
static bool define(const struct plan *plan, const struct plan_operation *operation,
		   struct thread *thread)
{
	uint64_t address = work_read(thread, operation->source, 8), words[2];

	switch (operation->code) {
	case PLAN_READ:
		for (uint32_t i = 0; i < operation->size; i++)
			thread->work[operation->target + i] =
				memory_byte(address + operation->displacement + i);
		return true;
	case PLAN_SEARCH:
		if (!find_entry(address, &plan->searches[operation->size], operation->displacement,
				words))
			return false;
		memcpy(thread->work + operation->target, words, sizeof(words));
		return true;
	default:
		return compares(operation->code,
				work_read(thread, operation->source, operation->size),
				operation->displacement);
	}
}

/* Executes a plan. */
static size_t run(const struct plan *plan, struct thread *thread, struct value *values)
{
	size_t count = 0;

	thread->defined[0] = true;
	for (uint32_t i = 0; i < plan->operation_count; i++) {
		const struct plan_operation *operation = &plan->operations[i];
		bool is_string = operation->code == PLAN_STRING;
		bool carried_out = thread->defined[operation->base] &&
				   thread->defined[operation->gate];

		if (operation->code != PLAN_SCALAR && !is_string) {
			thread->defined[operation->block] = carried_out &&
							    define(plan, operation, thread);
			continue;
		}
		values[count] = (struct value){ .readable = carried_out };
		if (carried_out) {
			values[count].words[0] = work_read(thread, operation->source,
							   is_string ? 8 : operation->size);
			values[count].words[1] =
				is_string ? work_read(thread, operation->target, 8) : 0;
		}
		count++;
	}
	return count;
}

/* ---- a second, simple implementation of captures, without plans ---- */

static bool condition_holds(const struct plan_builder *builder, const struct thread *thread,
			    int16_t number);
static bool locate(const struct plan_builder *builder, const struct thread *thread, int16_t number,
		   uint64_t *ret_words);

/* Reads bytes at `offset` from a place. */
static bool read_place(const struct plan_builder *builder, const struct thread *thread,
		       const struct plan_place *place, uint32_t size, uint32_t offset,
		       uint64_t *ret_value)
{
	uint64_t words[2];

	if (place->gate >= 0 && !condition_holds(builder, thread, place->gate))
		return false;
	if (place->source < 0) {
		*ret_value = work_read(thread, place->words[offset / 8] * 8, size);
		return true;
	}
	if (!locate(builder, thread, place->source, words))
		return false;
	*ret_value = builder->sources[place->source].kind == PLAN_SOURCE_ENTRY ?
			     words[(place->displacement + offset) / 8] :
			     memory_read(words[0] + place->displacement + offset, size);
	return true;
}

/* Returns the address of a source's memory, or the two words of a map entry. */
static bool locate(const struct plan_builder *builder, const struct thread *thread, int16_t number,
		   uint64_t *ret_words)
{
	const struct plan_source *source = &builder->sources[number];
	uint64_t word;

	if (!read_place(builder, thread, &source->place, 8, 0, &word))
		return false;
	if (source->kind == PLAN_SOURCE_ENTRY)
		return find_entry(word, &builder->searches[source->search], source->pass_over,
				  ret_words);
	ret_words[0] = word;
	return true;
}

static bool condition_holds(const struct plan_builder *builder, const struct thread *thread,
			    int16_t number)
{
	const struct plan_source *condition = &builder->sources[number];
	uint64_t value;

	return read_place(builder, thread, &condition->place, condition->size, 0, &value) &&
	       compares(condition->comparison, value, (int32_t)condition->constant);
}

static struct value reach(const struct plan_builder *builder, const struct thread *thread,
			  const struct plan_capture *capture)
{
	bool is_string = capture->cell.kind == CELL_STRING;
	struct value value = { 0 };

	value.readable = read_place(builder, thread, &capture->place,
				    is_string ? 8 : capture->cell.size, 0, &value.words[0]);
	if (value.readable && is_string)
		read_place(builder, thread, &capture->place, 8, 8, &value.words[1]);
	return value;
}

/* ---- random captures: few registers and places, so that sources are shared and reads overlap ---- */

static uint32_t next_random(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random >> 20;
}

/* Follows a place to another one. */
static int random_hop(uint64_t *random, struct plan_builder *builder, struct plan_place *place)
{
	struct plan_search search = { .key = next_random(random) % 3 };
	int r;

	if (next_random(random) % 4 == 0) {
		uint8_t size = 1 << next_random(random) % 4;
		bool above = next_random(random) % 2;

		r = plan_require(builder, *place, above ? PLAN_ABOVE : PLAN_EQUAL, size,
				 next_random(random) % 200, NULL);
		if (r < 0)
			return r;
		place->gate = r;
	}
	if (next_random(random) % 5 == 0) {
		r = plan_find_entry(builder, *place, &search, next_random(random) % 3, NULL);
		*place = (struct plan_place){ .source = r,
					      .gate = PLAN_NO_GATE,
					      .displacement = 8 * (next_random(random) % 2) };
		if (r < 0)
			return r;
	}
	r = plan_follow(builder, *place, NULL);
	*place = (struct plan_place){ .source = r,
				      .gate = PLAN_NO_GATE,
				      .displacement =
					      (int32_t)(next_random(random) % 90) * 9 - 200 };
	return r;
}

static void add_random(uint64_t *random, struct plan_builder *builder)
{
	const struct cell cells[] = { int_cell, uint16_cell, bool_cell, string_cell, pointer_cell };
	struct plan_place place = in_register(next_random(random) % 3);
	struct plan_mark before = plan_mark(builder);
	int r = 0;

	place.words[1] = 3 + next_random(random) % 3;
	for (uint32_t hops = next_random(random) % 4; r >= 0 && hops > 0; hops--)
		r = random_hop(random, builder, &place);
	if (r >= 0)
		r = plan_add(builder, place, cells[next_random(random) % 5], 0, NULL);
	if (r < 0)
		plan_rewind(builder, before);
}

/* After a rewind the plan is the same as before all additions, also after a search and its sources. */
static void rewinding_leaves_no_trace(void **state)
{
	static const struct plan_search search = { .match = SEARCH_STRING, .key_size = 3 };
	struct plan_builder builder = { 0 };
	struct plan before, after;
	struct plan_mark mark;
	int entry;

	/* Zeroes the padding as well. */
	memset(&before, 0, sizeof(before));
	memset(&after, 0, sizeof(after));
	assert_int_equal(plan_add(&builder, in_register(1), int_cell, 0, NULL), 0);
	assert_int_equal(plan_compile(&builder, &site, PLAN_ROLE_CALL, 64, &before, NULL), 0);
	mark = plan_mark(&builder);
	entry = plan_find_entry(&builder, in_register(2), &search, 0, NULL);
	assert_true(entry >= 0);
	assert_true(plan_follow(&builder, in_register(3), NULL) > entry);
	assert_int_equal(plan_add(&builder, (struct plan_place){ entry, PLAN_NO_GATE, { 0 }, 0, 8 },
				  string_cell, 0, NULL),
			 1);
	plan_rewind(&builder, mark);
	assert_int_equal(plan_compile(&builder, &site, PLAN_ROLE_CALL, 64, &after, NULL), 0);
	assert_memory_equal(&before, &after, sizeof(before));
	/* New additions get the same numbers as those that were rewound. */
	assert_int_equal(plan_find_entry(&builder, in_register(2), &search, 0, NULL), entry);
	assert_int_equal(plan_add(&builder, in_register(1), int_cell, 0, NULL), 1);
}

static void plans_capture_what_was_asked_for(void **state)
{
	uint64_t random = 88172645463325252u;
	size_t compiled = 0, readable = 0, unreadable = 0;

	for (int round = 0; round < 20000; round++) {
		struct plan_builder builder = { 0 };
		struct value values[PLAN_MAX_CELLS], wanted;
		struct thread thread = { 0 };
		uint32_t asked = next_random(&random) % 20;
		struct plan plan;

		for (size_t i = 0; i < WORK; i++)
			thread.work[i] = next_random(&random);
		for (uint32_t i = 0; i < asked; i++)
			add_random(&random, &builder);
		if (plan_compile(&builder, &site, PLAN_ROLE_START, 64, &plan, NULL) < 0)
			continue;
		compiled++;
		assert_null(plan_fault(&plan, &builder));
		assert_int_equal(run(&plan, &thread, values), builder.capture_count);
		for (size_t i = 0; i < builder.capture_count; i++) {
			wanted = reach(&builder, &thread, &builder.captures[i]);
			assert_true(values[i].readable == wanted.readable);
			assert_memory_equal(values[i].words, wanted.words, sizeof(wanted.words));
			readable += wanted.readable;
			unreadable += !wanted.readable;
		}
	}
	assert_true(compiled > 19000 && readable > 50000 && unreadable > 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(captures_registers),
		cmocka_unit_test(follows_pointers),
		cmocka_unit_test(keeps_pointers_apart),
		cmocka_unit_test(asks_for_the_thread_pointer),
		cmocka_unit_test(splits_far_reads),
		cmocka_unit_test(guards_by_conditions),
		cmocka_unit_test(needs_no_gate_within_a_block),
		cmocka_unit_test(leaves_out_what_is_not_kept),
		cmocka_unit_test(searches_maps),
		cmocka_unit_test(bounds_the_searches),
		cmocka_unit_test(bounds_the_cells),
		cmocka_unit_test(bounds_the_sources),
		cmocka_unit_test(knows_short_plans),
		cmocka_unit_test(bounds_the_blocks),
		cmocka_unit_test(bounds_the_work_area),
		cmocka_unit_test(refuses_values_at_the_end_of_the_world),
		cmocka_unit_test(rewinding_leaves_no_trace),
		cmocka_unit_test(plans_capture_what_was_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
