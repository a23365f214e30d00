/* SPDX-License-Identifier: MIT */
#include "plan.h"

#include <errno.h>
#include <string.h>

enum { WORD = 8 };

static bool cell_of(const struct type *type, struct cell *ret_cell)
{
	bool is_word_sized = type->size == 1 || type->size == 2 || type->size == 4 || type->size == 8;

	*ret_cell = (struct cell){.size = type->size};
	switch (type->kind) {
	case TYPE_BOOL:
		ret_cell->kind = CELL_BOOL;
		return type->size == 1;
	case TYPE_INT:
		ret_cell->kind = CELL_INT;
		return is_word_sized;
	case TYPE_UINT:
		ret_cell->kind = CELL_UINT;
		return is_word_sized;
	case TYPE_POINTER:
	case TYPE_MAP:
	case TYPE_CHAN:
	case TYPE_FUNC:
		ret_cell->kind = CELL_POINTER;
		return type->size == WORD;
	case TYPE_STRING:
		ret_cell->kind = CELL_STRING;
		return type->size == 2 * WORD;
	default:
		return false;
	}
}

static int full(struct error *err)
{
	return error_fail(err, -E2BIG, "too many captures at one probe: at most %d values", PLAN_MAX_CELLS);
}

static int add_range(struct plan_builder *builder, int pointer, int32_t low, int32_t size,
		     struct error *err)
{
	if (builder->range_count == sizeof(builder->ranges) / sizeof(builder->ranges[0]))
		return full(err);
	/* Only damaged DWARF describes frames and structs that large. */
	if (low > INT32_MAX - size)
		return error_fail(err, -E2BIG, "a value lies too far from the pointer to it");
	builder->ranges[builder->range_count++] =
		(struct plan_range){.low = low, .high = low + size, .pointer = pointer};
	return 0;
}

static int add_pointer(struct plan_builder *builder, struct plan_pointer pointer, struct error *err)
{
	for (int i = 0; i < builder->pointer_count; i++) {
		const struct plan_pointer *known = &builder->pointers[i];

		if (known->parent == pointer.parent && known->word == pointer.word &&
		    known->displacement == pointer.displacement)
			return i;
	}
	if (builder->pointer_count == PLAN_MAX_BLOCKS)
		return full(err);
	builder->pointers[builder->pointer_count] = pointer;
	return builder->pointer_count++;
}

/* Adds the pointers on the way to a value in memory; returns the index of the last. */
static int add_way(struct plan_builder *builder, const struct access *access, struct error *err)
{
	int pointer = add_pointer(builder, (struct plan_pointer){.parent = -1, .word = access->words[0]},
				  err);
	int r;

	for (size_t i = 0; pointer >= 0 && i + 1 < access->hop_count; i++) {
		r = add_range(builder, pointer, access->hops[i], WORD, err);
		if (r < 0)
			return r;
		pointer = add_pointer(builder,
				      (struct plan_pointer){.parent = pointer,
							    .displacement = access->hops[i]},
				      err);
	}
	return pointer;
}

int plan_add(struct plan_builder *builder, const struct access *access, uint32_t lookahead,
	     struct cell *ret_cell, struct error *err)
{
	struct plan_builder next = *builder;
	struct plan_capture capture = {.pointer = -1, .lookahead = lookahead};
	int r;

	if (!cell_of(access->type, &capture.cell))
		return error_fail(err, -ENOTSUP, "a value of type %s cannot be captured as a whole",
				  access->type->name);
	if (next.capture_count == PLAN_MAX_CELLS)
		return full(err);
	memcpy(capture.words, access->words, sizeof(capture.words));
	if (access->hop_count > 0) {
		r = add_way(&next, access, err);
		if (r < 0)
			return r;
		capture.pointer = r;
		capture.displacement = access->hops[access->hop_count - 1];
		r = add_range(&next, capture.pointer, capture.displacement, capture.cell.size, err);
		if (r < 0)
			return r;
	}
	next.captures[next.capture_count++] = capture;
	*builder = next;
	*ret_cell = capture.cell;
	return 0;
}

/* A stretch of memory behind a pointer, read at once, and where it stands in the work area. */
struct block {
	uint8_t pointer;
	int32_t low, high;
	uint16_t work;
};

struct compiler {
	const struct plan_builder *builder;
	struct plan *plan;
	struct block blocks[PLAN_MAX_BLOCKS + 1]; /* block 0 stands for the registers */
	uint8_t block_count;
	uint32_t work_used;
	struct error *err;
};

static int too_big(struct compiler *compiler)
{
	return error_fail(compiler->err, -E2BIG,
			  "the captures at one probe need more than %d reads or %d bytes",
			  PLAN_MAX_OPERATIONS, PLAN_WORK_SIZE);
}

static int emit(struct compiler *compiler, struct plan_operation operation)
{
	if (compiler->plan->operation_count == PLAN_MAX_OPERATIONS)
		return too_big(compiler);
	compiler->plan->operations[compiler->plan->operation_count++] = operation;
	return 0;
}

/* Where bytes in a block, or a register, stand in the work area; their block in `*ret_block`. */
static uint16_t place_of(const struct compiler *compiler, int pointer, int32_t displacement,
			 uint8_t size, uint8_t word, uint8_t *ret_block)
{
	*ret_block = 0;
	if (pointer < 0)
		return word * WORD;
	for (uint8_t i = 1; i < compiler->block_count; i++) {
		const struct block *block = &compiler->blocks[i];

		if (block->pointer == pointer && displacement >= block->low &&
		    displacement + size <= block->high) {
			*ret_block = i;
			return block->work + (displacement - block->low);
		}
	}
	return 0;
}

static int emit_block(struct compiler *compiler, struct block block)
{
	const struct plan_pointer *pointer = &compiler->builder->pointers[block.pointer];
	struct plan_operation read = {
		.code = PLAN_READ,
		.block = compiler->block_count,
		.target = compiler->work_used,
		.size = block.high - block.low,
		.displacement = block.low,
	};

	if (compiler->block_count > PLAN_MAX_BLOCKS || compiler->work_used + read.size > PLAN_WORK_SIZE)
		return too_big(compiler);
	read.source = place_of(compiler, pointer->parent, pointer->displacement, WORD,
			       pointer->word, &read.base);
	block.work = compiler->work_used;
	compiler->blocks[compiler->block_count++] = block;
	compiler->work_used += (read.size + WORD - 1) / WORD * WORD;
	return emit(compiler, read);
}

/* Of the ranges of this pointer that begin at or after `from`, the lowest, and of these the longest. */
static const struct plan_range *next_range(const struct plan_builder *builder, uint8_t pointer,
					   int64_t from)
{
	const struct plan_range *next = NULL;

	for (uint8_t i = 0; i < builder->range_count; i++) {
		const struct plan_range *range = &builder->ranges[i];

		if (range->pointer != pointer || range->low < from)
			continue;
		if (!next || range->low < next->low ||
		    (range->low == next->low && range->high > next->high))
			next = range;
	}
	return next;
}

/*
 * Reads of one pointer are merged while the whole stays within a block: a read costs the same from 8
 * to some hundred bytes, and what lies between two needed fields belongs to the same Go object.
 */
static int emit_blocks(struct compiler *compiler, uint8_t pointer)
{
	const struct plan_range *range = next_range(compiler->builder, pointer, INT32_MIN);
	int r;

	while (range) {
		struct block block = {.pointer = pointer, .low = range->low, .high = range->high};

		while ((range = next_range(compiler->builder, pointer, (int64_t)range->low + 1)) &&
		       range->high - block.low <= PLAN_MAX_BLOCK_SIZE)
			block.high = range->high > block.high ? range->high : block.high;
		r = emit_block(compiler, block);
		if (r < 0)
			return r;
	}
	return 0;
}

static int emit_capture(struct compiler *compiler, const struct plan_capture *capture,
			uint32_t max_string)
{
	struct plan_operation operation = {.code = PLAN_SCALAR, .size = capture->cell.size};

	operation.source = place_of(compiler, capture->pointer, capture->displacement,
				    capture->cell.size, capture->words[0], &operation.base);
	if (capture->cell.kind == CELL_STRING) {
		operation.code = PLAN_STRING;
		operation.size = max_string;
		operation.displacement = capture->lookahead;
		operation.target = capture->pointer < 0 ? capture->words[1] * WORD
							: operation.source + WORD;
	}
	return emit(compiler, operation);
}

int plan_compile(const struct plan_builder *builder, const struct site *site, enum plan_role role,
		 uint32_t max_string, struct plan *ret_plan, struct error *err)
{
	struct plan plan = {
		.skip_if_set = site->skip_if_set,
		.skip_if_clear = site->skip_if_clear,
		.cell_count = builder->capture_count,
		.role = role,
	};
	struct compiler compiler = {
		.builder = builder,
		.plan = &plan,
		.block_count = 1,
		.work_used = PLAN_REGISTER_WORDS * WORD,
		.err = err,
	};
	int r = 0;

	for (uint8_t i = 0; r == 0 && i < builder->pointer_count; i++) {
		if (builder->pointers[i].parent < 0 && builder->pointers[i].word == PLAN_THREAD_POINTER)
			plan.flags |= PLAN_WANTS_THREAD_POINTER;
		r = emit_blocks(&compiler, i);
	}
	for (uint8_t i = 0; r == 0 && i < builder->capture_count; i++)
		r = emit_capture(&compiler, &builder->captures[i], max_string);
	if (r == 0)
		*ret_plan = plan;
	return r;
}
