/* SPDX-License-Identifier: MIT */
#include "plan_check.h"

#include <stdbool.h>
#include <string.h>

enum { WORD = 8, REGISTERS_SIZE = PLAN_REGISTER_WORDS * WORD };

/* A block of the work area, as an operation defined it. */
struct block {
	bool defined, is_condition;
	uint32_t begin, end;
};

struct checker {
	const struct plan *plan;
	uint32_t search_count;
	struct block blocks[PLAN_MAX_BLOCKS + 1];
	uint32_t work_used, cells;
};

/* Whether these bytes are part of a defined block. */
static bool is_within(const struct checker *checker, uint8_t block, uint32_t begin, uint32_t size)
{
	const struct block *within = &checker->blocks[block];

	return within->defined && begin >= within->begin && begin + size <= within->end;
}

/* Defines a block after all defined ones, so that none overlaps another. */
static const char *define(struct checker *checker, uint8_t number, uint32_t begin, uint32_t size)
{
	struct block *block = &checker->blocks[number];

	if (number == 0 || block->defined)
		return "a block is defined twice";
	*block = (struct block){
		.defined = true, .is_condition = size == 0, .begin = begin, .end = begin + size
	};
	if (size == 0)
		return NULL;
	if (begin < checker->work_used)
		return "a block overlaps another";
	if (begin % WORD)
		return "a block is not aligned";
	if (begin + size > PLAN_WORK_SIZE)
		return "a block lies beyond the work area";
	checker->work_used = begin + size;
	return NULL;
}

static const char *check_read(struct checker *checker, const struct plan_operation *operation)
{
	if (!is_within(checker, operation->base, operation->source, WORD))
		return "a pointer is not within its block";
	if (operation->size == 0 || operation->size > PLAN_MAX_BLOCK_SIZE)
		return "a read is too large";
	return define(checker, operation->block, operation->target, operation->size);
}

static const char *check_condition(struct checker *checker, const struct plan_operation *operation)
{
	const char *fault;

	if (operation->size != 1 && operation->size != 2 && operation->size != 4 &&
	    operation->size != 8)
		return "a condition compares an odd number of bytes";
	if (!is_within(checker, operation->base, operation->source, operation->size))
		return "what is compared is not within its block";
	fault = define(checker, operation->block, 0, 0);
	if (fault)
		return fault;
	/* What depends on the condition may use the block of the compared value. */
	checker->blocks[operation->block].begin = checker->blocks[operation->base].begin;
	checker->blocks[operation->block].end = checker->blocks[operation->base].end;
	return NULL;
}

static const char *check_search(struct checker *checker, const struct plan_operation *operation)
{
	const struct plan_search *search = &checker->plan->searches[operation->size];

	if (operation->size >= checker->search_count || operation->size >= PLAN_MAX_SEARCHES)
		return "there is no such search";
	if (!is_within(checker, operation->base, operation->source, WORD))
		return "a map is not within its block";
	if (search->match > SEARCH_STRING || search->key_size > SEARCH_KEY_SIZE ||
	    search->layout > SEARCH_TABLES || operation->displacement < 0)
		return "a search cannot be carried out";
	return define(checker, operation->block, operation->target, 2 * WORD);
}

static const char *check_scalar(struct checker *checker, const struct plan_operation *operation)
{
	if (operation->size != 1 && operation->size != 2 && operation->size != 4 &&
	    operation->size != 8)
		return "a scalar has an odd number of bytes";
	if (!is_within(checker, operation->base, operation->source, operation->size))
		return "a scalar is not within its block";
	checker->cells++;
	return NULL;
}

static const char *check_string(struct checker *checker, const struct plan_operation *operation)
{
	if (operation->size > STRING_MAX_SIZE || operation->displacement < 0)
		return "a string is too large";
	if (!is_within(checker, operation->base, operation->source, WORD) ||
	    !is_within(checker, operation->base, operation->target, WORD))
		return "a string's words are not within their block";
	checker->cells++;
	return NULL;
}

static const char *check_operation(struct checker *checker, const struct plan_operation *operation)
{
	if (operation->gate && (!checker->blocks[operation->gate].defined ||
				!checker->blocks[operation->gate].is_condition))
		return "a gate is no condition";
	switch (operation->code) {
	case PLAN_READ:
		return check_read(checker, operation);
	case PLAN_ABOVE:
	case PLAN_EQUAL:
		return check_condition(checker, operation);
	case PLAN_SEARCH:
		return check_search(checker, operation);
	case PLAN_KEEP:
		return checker->blocks[operation->base].is_condition ?
			       NULL :
			       "what is kept does not depend on a condition";
	case PLAN_SCALAR:
		return check_scalar(checker, operation);
	case PLAN_STRING:
		return check_string(checker, operation);
	default:
		return "there is no such operation";
	}
}

static const char *check_rest(const struct checker *checker)
{
	static const struct plan_operation end;
	const struct plan *plan = checker->plan;

	for (uint32_t i = plan->operation_count; i < PLAN_MAX_OPERATIONS; i++) {
		if (memcmp(&plan->operations[i], &end, sizeof(end)) != 0)
			return "there is something after the last operation";
	}
	if (checker->cells != plan->cell_count)
		return "not each cell is given";
	return NULL;
}

const char *plan_fault(const struct plan *plan, const struct plan_builder *builder)
{
	struct checker checker = {
		.plan = plan,
		.search_count = builder->search_count,
		.blocks = { { .defined = true, .end = REGISTERS_SIZE } },
		.work_used = REGISTERS_SIZE,
	};

	if (plan->operation_count > PLAN_MAX_OPERATIONS || plan->cell_count > PLAN_MAX_CELLS ||
	    plan->cell_count != builder->capture_count)
		return "there are too many operations or cells";
	for (uint32_t i = 0; i < plan->operation_count; i++) {
		const char *fault = check_operation(&checker, &plan->operations[i]);

		if (fault)
			return fault;
	}
	return check_rest(&checker);
}
