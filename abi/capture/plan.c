/* SPDX-License-Identifier: MIT */
#include "plan.h"

#include <errno.h>
#include <string.h>

enum { WORD = 8, ENTRY_SIZE = 16 };

struct plan_mark plan_mark(const struct plan_builder *builder)
{
	return (struct plan_mark){ .search_count = builder->search_count,
				   .keep_count = builder->keep_count,
				   .source_count = builder->source_count,
				   .capture_count = builder->capture_count,
				   .range_count = builder->range_count };
}

void plan_rewind(struct plan_builder *builder, struct plan_mark mark)
{
	builder->search_count = mark.search_count;
	builder->keep_count = mark.keep_count;
	builder->source_count = mark.source_count;
	builder->capture_count = mark.capture_count;
	builder->range_count = mark.range_count;
}

static int full(struct error *err)
{
	return error_fail(err, -E2BIG, "too many captures at one probe: at most %d values",
			  PLAN_MAX_CELLS);
}

static int add_range(struct plan_builder *builder, const struct plan_place *place, int32_t size,
		     struct error *err)
{
	if (place->source < 0 || builder->sources[place->source].kind != PLAN_SOURCE_MEMORY)
		return 0;
	if (builder->range_count == sizeof(builder->ranges) / sizeof(builder->ranges[0]))
		return full(err);
	/* Only damaged DWARF describes frames and structs of this size. */
	if (place->displacement > INT32_MAX - size)
		return error_fail(err, -E2BIG, "a value is too far from the pointer to it");
	builder->ranges[builder->range_count++] =
		(struct plan_range){ .low = place->displacement,
				     .high = place->displacement + size,
				     .source = place->source };
	return 0;
}

bool plan_places_equal(const struct plan_place *a, const struct plan_place *b)
{
	return a->source == b->source && a->gate == b->gate && a->displacement == b->displacement &&
	       (a->source >= 0 || a->words[0] == b->words[0]);
}

static bool sources_equal(const struct plan_source *a, const struct plan_source *b)
{
	return a->kind == b->kind && plan_places_equal(&a->place, &b->place) &&
	       a->search == b->search && a->pass_over == b->pass_over &&
	       a->comparison == b->comparison && a->size == b->size && a->constant == b->constant;
}

/* Adds a source that reads or tests `size` bytes at its place, unless an equal source exists. */
static int add_source(struct plan_builder *builder, struct plan_source source, int32_t size,
		      struct error *err)
{
	int r;

	for (int i = 0; i < builder->source_count; i++) {
		if (sources_equal(&builder->sources[i], &source))
			return i;
	}
	if (builder->source_count == PLAN_MAX_BLOCKS)
		return full(err);
	r = add_range(builder, &source.place, size, err);
	if (r < 0)
		return r;
	builder->sources[builder->source_count] = source;
	return builder->source_count++;
}

int plan_follow(struct plan_builder *builder, struct plan_place pointer, struct error *err)
{
	return add_source(builder,
			  (struct plan_source){ .kind = PLAN_SOURCE_MEMORY, .place = pointer },
			  WORD, err);
}

int plan_require(struct plan_builder *builder, struct plan_place place,
		 enum plan_operation_code comparison, uint8_t size, uint32_t constant,
		 struct error *err)
{
	struct plan_source condition = { .kind = PLAN_SOURCE_CONDITION,
					 .place = place,
					 .comparison = comparison,
					 .size = size,
					 .constant = constant };

	return add_source(builder, condition, size, err);
}

int plan_keep_if(struct plan_builder *builder, int condition, struct error *err)
{
	if (builder->keep_count == PLAN_MAX_KEEPS)
		return error_fail(err, -E2BIG, "more than %d constants at one probe",
				  PLAN_MAX_KEEPS);
	builder->keeps[builder->keep_count++] = condition;
	return 0;
}

static int add_search(struct plan_builder *builder, const struct plan_search *search,
		      struct error *err)
{
	for (int i = 0; i < builder->search_count; i++) {
		if (memcmp(&builder->searches[i], search, sizeof(*search)) == 0)
			return i;
	}
	if (builder->search_count == PLAN_MAX_SEARCHES)
		return error_fail(err, -E2BIG, "too many maps at one probe: at most %d",
				  PLAN_MAX_SEARCHES);
	builder->searches[builder->search_count] = *search;
	return builder->search_count++;
}

int plan_find_entry(struct plan_builder *builder, struct plan_place map,
		    const struct plan_search *search, uint32_t pass_over, struct error *err)
{
	struct plan_source entry = { .kind = PLAN_SOURCE_ENTRY,
				     .place = map,
				     .pass_over = pass_over };
	int number = add_search(builder, search, err);

	if (number < 0)
		return number;
	entry.search = number;
	return add_source(builder, entry, WORD, err);
}

int plan_add(struct plan_builder *builder, struct plan_place place, struct cell cell,
	     uint32_t lookahead, struct error *err)
{
	/* The third word of a slice, its capacity, is not needed for a string. */
	int32_t size = cell.kind == CELL_STRING ? 2 * WORD : cell.size;
	int r;

	if (builder->capture_count == PLAN_MAX_CELLS)
		return full(err);
	r = add_range(builder, &place, size, err);
	if (r < 0)
		return r;
	builder->captures[builder->capture_count] =
		(struct plan_capture){ .cell = cell, .place = place, .lookahead = lookahead };
	return builder->capture_count++;
}

/* A range of a source that is read at once, and its offset in the work area. */
struct block {
	int16_t source;
	int32_t low, high;
	uint16_t work;
};

struct compiler {
	const struct plan_builder *builder;
	struct plan *plan;
	struct block blocks[PLAN_MAX_BLOCKS + 1]; /* block 0 is the registers */
	uint8_t gates[PLAN_MAX_BLOCKS];		  /* by source: the block of the condition */
	uint8_t tested[PLAN_MAX_BLOCKS + 1]; /* by block of a condition: the block that it implies */
	uint16_t block_count;
	uint32_t work_used;
	struct error *err;
};

static int too_big(struct compiler *compiler)
{
	return error_fail(compiler->err, -E2BIG,
			  "the captures at one probe need more than %d reads or %d bytes",
			  PLAN_MAX_BLOCKS, PLAN_WORK_SIZE);
}

static int emit_operation(struct compiler *compiler, struct plan_operation operation)
{
	if (compiler->plan->operation_count == PLAN_MAX_OPERATIONS)
		return too_big(compiler);
	compiler->plan->operations[compiler->plan->operation_count++] = operation;
	return 0;
}

/*
 * A condition on a value of the block implies that the block was read: then it is enough that the operation depends on
 * the condition. Short plans have no gates, so this keeps them short.
 */
static void merge_gate(const struct compiler *compiler, struct plan_operation *operation)
{
	if (!operation->gate || compiler->tested[operation->gate] != operation->base)
		return;
	operation->base = operation->gate;
	operation->gate = 0;
}

/* Returns an operation on `size` bytes at a place: sets their offset, and the blocks on which it depends. */
static struct plan_operation operation_at(const struct compiler *compiler,
					  const struct plan_place *place, int32_t size)
{
	struct plan_operation operation = { .source = place->words[0] * WORD };

	if (place->gate >= 0)
		operation.gate = compiler->gates[place->gate];
	for (uint16_t i = 1; place->source >= 0 && i < compiler->block_count; i++) {
		const struct block *block = &compiler->blocks[i];

		if (block->source == place->source && place->displacement >= block->low &&
		    place->displacement + size <= block->high) {
			operation.base = i;
			operation.source = block->work + (place->displacement - block->low);
			break;
		}
	}
	merge_gate(compiler, &operation);
	return operation;
}

/* Allocates a block of the work area. Returns its number, or -E2BIG. */
static int take_block(struct compiler *compiler, struct block block)
{
	uint32_t size = block.high - block.low;

	if (compiler->block_count > PLAN_MAX_BLOCKS || compiler->work_used + size > PLAN_WORK_SIZE)
		return too_big(compiler);
	block.work = compiler->work_used;
	compiler->blocks[compiler->block_count] = block;
	compiler->work_used += (size + WORD - 1) / WORD * WORD;
	return compiler->block_count++;
}

static int emit_block(struct compiler *compiler, struct block block)
{
	struct plan_operation read =
		operation_at(compiler, &compiler->builder->sources[block.source].place, WORD);
	int number = take_block(compiler, block);

	if (number < 0)
		return number;
	read.code = PLAN_READ;
	read.block = number;
	read.target = compiler->blocks[number].work;
	read.size = block.high - block.low;
	read.displacement = block.low;
	return emit_operation(compiler, read);
}

/* Returns the first range of this source that begins at or after `from`; if several do, the longest. */
static const struct plan_range *next_range(const struct plan_builder *builder, int16_t source,
					   int64_t from)
{
	const struct plan_range *next = NULL;

	for (uint16_t i = 0; i < builder->range_count; i++) {
		const struct plan_range *range = &builder->ranges[i];

		if (range->source != source || range->low < from)
			continue;
		if (!next || range->low < next->low ||
		    (range->low == next->low && range->high > next->high))
			next = range;
	}
	return next;
}

/*
 * Merges reads from one pointer as long as the result fits into a block. A read of 8 bytes costs as much as a
 * read of some hundred bytes, and the bytes between two needed fields belong to the same Go object.
 */
static int emit_memory(struct compiler *compiler, int16_t source)
{
	const struct plan_range *range = next_range(compiler->builder, source, INT32_MIN);
	int r;

	while (range) {
		struct block block = { .source = source, .low = range->low, .high = range->high };

		while ((range = next_range(compiler->builder, source, (int64_t)range->low + 1)) &&
		       range->high - block.low <= PLAN_MAX_BLOCK_SIZE)
			block.high = range->high > block.high ? range->high : block.high;
		r = emit_block(compiler, block);
		if (r < 0)
			return r;
	}
	return 0;
}

static int emit_entry(struct compiler *compiler, int16_t source)
{
	const struct plan_source *entry = &compiler->builder->sources[source];
	struct plan_operation operation = operation_at(compiler, &entry->place, WORD);
	int number = take_block(compiler, (struct block){ .source = source, .high = ENTRY_SIZE });

	if (number < 0)
		return number;
	operation.code = PLAN_SEARCH;
	operation.block = number;
	operation.target = compiler->blocks[number].work;
	operation.size = entry->search;
	operation.displacement = entry->pass_over;
	return emit_operation(compiler, operation);
}

static int emit_condition(struct compiler *compiler, int16_t source)
{
	const struct plan_source *condition = &compiler->builder->sources[source];
	struct plan_operation operation =
		operation_at(compiler, &condition->place, condition->size);
	int number = take_block(compiler, (struct block){ .source = source });

	if (number < 0)
		return number;
	compiler->gates[source] = number;
	compiler->tested[number] = operation.base;
	operation.code = condition->comparison;
	operation.block = number;
	operation.size = condition->size;
	operation.displacement = condition->constant;
	return emit_operation(compiler, operation);
}

static int emit_source(struct compiler *compiler, int16_t source)
{
	switch (compiler->builder->sources[source].kind) {
	case PLAN_SOURCE_ENTRY:
		return emit_entry(compiler, source);
	case PLAN_SOURCE_CONDITION:
		return emit_condition(compiler, source);
	default:
		return emit_memory(compiler, source);
	}
}

static int emit_capture(struct compiler *compiler, const struct plan_capture *capture,
			uint32_t max_string)
{
	bool is_string = capture->cell.kind == CELL_STRING;
	struct plan_operation operation =
		operation_at(compiler, &capture->place, is_string ? 2 * WORD : capture->cell.size);

	operation.code = PLAN_SCALAR;
	operation.size = capture->cell.size;
	if (is_string) {
		operation.code = PLAN_STRING;
		operation.size = max_string;
		operation.displacement = capture->lookahead;
		operation.target = capture->place.source < 0 ? capture->place.words[1] * WORD :
							       operation.source + WORD;
	}
	return emit_operation(compiler, operation);
}

/* Before the captures: a hit that is left out needs none of them. */
static int emit_keep(struct compiler *compiler, int16_t condition)
{
	return emit_operation(compiler,
			      (struct plan_operation){ .code = PLAN_KEEP,
						       .base = compiler->gates[condition] });
}

static bool starts_at_thread_pointer(const struct plan_source *source)
{
	return source->place.source < 0 && source->place.words[0] == PLAN_THREAD_POINTER;
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
		.blocks = { { .source = PLAN_REGISTERS } },
		.block_count = 1,
		.work_used = PLAN_REGISTER_WORDS * WORD,
		.err = err,
	};
	int r = 0;

	memcpy(plan.searches, builder->searches,
	       builder->search_count * sizeof(builder->searches[0]));
	for (uint16_t i = 0; r == 0 && i < builder->source_count; i++) {
		if (starts_at_thread_pointer(&builder->sources[i]))
			plan.flags |= PLAN_WANTS_THREAD_POINTER;
		r = emit_source(&compiler, i);
	}
	for (uint8_t i = 0; r == 0 && i < builder->keep_count; i++)
		r = emit_keep(&compiler, builder->keeps[i]);
	for (uint16_t i = 0; r == 0 && i < builder->capture_count; i++)
		r = emit_capture(&compiler, &builder->captures[i], max_string);
	if (r == 0)
		*ret_plan = plan;
	return r;
}

bool plan_is_short(const struct plan *plan)
{
	if (plan->operation_count > PLAN_SHORT_OPERATIONS)
		return false;
	for (uint32_t i = 0; i < plan->operation_count; i++) {
		const struct plan_operation *operation = &plan->operations[i];

		if (operation->gate ||
		    (operation->code > PLAN_STRING && operation->code != PLAN_EQUAL))
			return false;
	}
	return true;
}
