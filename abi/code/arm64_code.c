/* SPDX-License-Identifier: MIT */
#include "arm64_code.h"

#include <stdlib.h>
#include <string.h>

#include "arm64_word.h"

enum { WORD = 4, UDF = 0 };

/* runtime.g: stackguard0, and stackguard1 for code that runs on system stacks. */
enum { STACK_GUARD_0 = 16, STACK_GUARD_1 = 24 };

/* Bits of pstate. */
#define FLAG_C (1ull << 29)
#define FLAG_Z (1ull << 30)

enum condition { CONDITION_EQ = 0, CONDITION_LO = 3, CONDITION_LS = 9, CONDITION_AL = 14 };

/* The bit field of an instruction that contains its target, in words relative to the instruction. */
struct field {
	uint8_t shift, width;
};

/*
 * Arm ARM (DDI 0487) C4.1, "A64 instruction set encoding": only instructions of one group, "Branches,
 * Exception Generating and System instructions", can continue elsewhere than at the next instruction. This
 * table contains the jumps, calls and returns of this group that Go and C compilers emit, and all its other
 * instructions. An encoding that is not in the table (FEAT_CMPBR, FEAT_PAuth_LR, future extensions) may be a
 * jump.
 */
static const struct encoding {
	uint32_t mask, value;
	enum instruction_kind kind;
	struct field target;
} encodings[] = {
	{ 0xff000000, 0x54000000, INSTRUCTION_CONDITIONAL_JUMP, { 5, 19 } }, /* B.cond, BC.cond */
	{ 0x7e000000, 0x34000000, INSTRUCTION_CONDITIONAL_JUMP, { 5, 19 } }, /* CBZ, CBNZ */
	{ 0x7e000000, 0x36000000, INSTRUCTION_CONDITIONAL_JUMP, { 5, 14 } }, /* TBZ, TBNZ */
	{ 0xfc000000, 0x14000000, INSTRUCTION_JUMP, { 0, 26 } },	     /* B */
	{ 0xfc000000, 0x94000000, INSTRUCTION_CALL, { 0, 26 } },	     /* BL */
	{ 0xfeff0000, 0xd61f0000, INSTRUCTION_JUMP, { 0, 0 } },		     /* BR, BRAA… */
	{ 0xfeff0000, 0xd63f0000, INSTRUCTION_CALL, { 0, 0 } },		     /* BLR, BLRAA… */
	{ 0xffff0000, 0xd65f0000, INSTRUCTION_RETURN, { 0, 0 } },	     /* RET, RETAA… */
	{ 0xff000000, 0xd4000000, INSTRUCTION_OTHER, { 0, 0 } },	     /* SVC, BRK… */
	{ 0xff800000,
	  0xd5000000,
	  INSTRUCTION_OTHER,
	  { 0, 0 } }, /* hints, barriers, MSR, MRS, SYS… */
};

/*
 * Used for instructions of all other groups, and for words that are not instructions: Go pads functions with
 * zeros, and leaves constants after a function's code that no instruction loads any more.
 */
static const struct encoding straight = { 0, 0, INSTRUCTION_OTHER, { 0, 0 } };

static const struct encoding *find_encoding(uint32_t word)
{
	if (!word_is(word, 0x1c000000, 0x14000000))
		return &straight;
	for (size_t i = 0; i < sizeof(encodings) / sizeof(encodings[0]); i++) {
		if (word_is(word, encodings[i].mask, encodings[i].value))
			return &encodings[i];
	}
	return NULL;
}

/* Reads a distance in words; returns it in bytes. */
static int64_t read_distance(uint32_t word, struct field field)
{
	return (int64_t)word_signed(word, field.shift, field.width) * WORD;
}

static void read_condition(uint32_t word, struct instruction *instruction)
{
	enum condition condition = word_bits(word, 0, 4);

	if (!word_is(word, 0xff000000, 0x54000000))
		return;
	if (condition >= CONDITION_AL) {
		instruction->kind = INSTRUCTION_JUMP;
	} else if (condition == CONDITION_LS) {
		instruction->taken_if_set = FLAG_Z;
		instruction->taken_if_clear = FLAG_C;
	} else if (condition == CONDITION_LO) {
		instruction->taken_if_clear = FLAG_C;
	} else if (condition == CONDITION_EQ) {
		instruction->taken_if_set = FLAG_Z;
	}
}

/* ldr x…, [x…, #offset] */
static void read_guard(uint32_t word, struct instruction *instruction)
{
	enum { LAST_GENERAL = 28 }; /* x29 and x30 hold the frame and the return address */
	uint32_t offset = word_bits(word, 10, 12) * 8;

	if (!word_is(word, 0xffc00000, 0xf9400000) || word_bits(word, 5, 5) > LAST_GENERAL)
		return;
	instruction->guard_register = (uint8_t)word_bits(word, 5, 5);
	instruction->reads_guard = offset == STACK_GUARD_0 || offset == STACK_GUARD_1;
}

/* ---- constants among the code ---- */

static bool reserve_literals(struct arm64_code *arm64)
{
	size_t words = arm64->code.size / WORD;
	uint8_t *grown;

	if (words <= arm64->literal_capacity)
		return true;
	grown = realloc(arm64->is_literal, words);
	if (!grown)
		return false;
	memset(grown + arm64->literal_capacity, 0, words - arm64->literal_capacity);
	arm64->is_literal = grown;
	arm64->literal_capacity = words;
	return true;
}

/* C4.1, "Load register (literal)": the size of the loaded constant; 0 for PRFM, which loads nothing. */
static uint32_t literal_size(uint32_t word)
{
	static const uint32_t integers[] = { 4, 8, 4, 0 }, floats[] = { 4, 8, 16, 0 };

	if (!word_is(word, 0x3b000000, 0x18000000))
		return 0;
	return (word_bits(word, 26, 1) ? floats : integers)[word_bits(word, 30, 2)];
}

/*
 * Marks the constant that the instruction loads, if the constant is after the instruction. A constant before
 * it was already read as an instruction. Returns false if there is no memory.
 */
static bool mark_literal(struct arm64_code *arm64, uint32_t word)
{
	uint32_t size = literal_size(word);
	int64_t begin = (int64_t)arm64->at + read_distance(word, (struct field){ 5, 19 });

	if (!size || begin <= (int64_t)arm64->at || begin + size > (int64_t)arm64->code.size)
		return true;
	if (!reserve_literals(arm64))
		return false;
	memset(arm64->is_literal + begin / WORD, 1, size / WORD);
	return true;
}

static bool is_literal(const struct arm64_code *arm64)
{
	size_t index = arm64->at / WORD;

	return index < arm64->literal_capacity && arm64->is_literal[index];
}

/* ---- reading ---- */

void arm64_code_start(struct arm64_code *arm64, struct bytes code, uint64_t address)
{
	arm64->code = code;
	arm64->address = address;
	arm64->at = 0;
	arm64->word = 0;
	arm64->frame = arm64_frame_none;
	if (arm64->literal_capacity)
		memset(arm64->is_literal, 0, arm64->literal_capacity);
}

void arm64_code_finish(struct arm64_code *arm64)
{
	free(arm64->is_literal);
}

static bool read_word(uint32_t word, struct instruction *instruction)
{
	const struct encoding *encoding = find_encoding(word);

	if (!encoding)
		return false;
	instruction->kind = encoding->kind;
	instruction->has_target = encoding->target.width != 0;
	if (instruction->has_target)
		instruction->target =
			instruction->address + (uint64_t)read_distance(word, encoding->target);
	read_condition(word, instruction);
	read_guard(word, instruction);
	return true;
}

bool arm64_code_next(struct arm64_code *arm64, struct instruction *ret_instruction)
{
	struct instruction instruction = { .address = arm64->address + arm64->at };
	uint32_t word;

	if (!bytes_u32(arm64->code, arm64->at, &word))
		return false;
	if (is_literal(arm64))
		word = UDF;
	else if (!read_word(word, &instruction) || !mark_literal(arm64, word))
		return false;
	arm64_frame_follow(&arm64->frame, arm64->word);
	arm64->word = word;
	arm64->at += WORD;
	*ret_instruction = instruction;
	return true;
}

struct bytes arm64_code_left(const struct arm64_code *arm64)
{
	return bytes_slice(arm64->code, arm64->at, arm64->code.size - arm64->at);
}

struct instruction_effects arm64_code_effects(const struct arm64_code *arm64)
{
	return arm64_effects(arm64->word, &arm64->frame);
}
