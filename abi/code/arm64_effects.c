/* SPDX-License-Identifier: MIT */
/* Sections and field names are those of the Arm ARM (DDI 0487), C4.1. */
#include "arm64_effects.h"

#include "arm64_word.h"

enum { SP = 31, LINK = 30, SCRATCH = 27 };

static uint8_t field_rd(uint32_t word)
{
	return (uint8_t)word_bits(word, 0, 5);
}

static uint8_t field_rn(uint32_t word)
{
	return (uint8_t)word_bits(word, 5, 5);
}

static void change_integer(struct instruction_effects *effects, uint32_t reg)
{
	if (reg != SP)
		effects->integers |= 1u << reg;
}

/* ---- probes that kernels refuse ---- */

/*
 * Returns whether the kernel can neither execute the instruction from a copy nor simulate it (linux
 * arch/arm64/kernel/probes/decode-insn.c). Also true for loads of floats relative to the program counter: the
 * kernel does execute them from the copy, but they then load from a wrong address.
 */
static bool refuses_probe(uint32_t word)
{
	static const struct {
		uint32_t mask, value;
	} refused[] = {
		{ 0x9e000000, 0x00000000 }, /* "Reserved": UDF and data */
		{ 0x1e000000, 0x02000000 }, /* unallocated: data */
		{ 0x1e000000, 0x06000000 }, /* unallocated: data */
		{ 0x3f800000, 0x08000000 }, /* exclusive loads and stores, CASP */
		{ 0x3b200c00, 0x19000400 }, /* CPY…, SET… */
		{ 0xff000000, 0xd8000000 }, /* PRFM (literal) */
		{ 0x3f000000, 0x1c000000 }, /* LDR (literal, SIMD & FP) */
		{ 0xff000000, 0xd4000000 }, /* SVC, BRK… */
		{ 0xfff8f01f, 0xd500401f }, /* MSR (immediate) */
		{ 0xfff00000, 0xd5100000 }, /* MSR (register) */
		{ 0xfff00000, 0xd5300000 }, /* MRS */
	};
	/* NOP, XPACLRI, PACIA1716, PACIB1716, PACIAZ to PACIBSP, BTI. */
	static const uint64_t hints = 1ull << 0 | 1ull << 7 | 1ull << 8 | 1ull << 10 |
				      0xfull << 24 | 1ull << 32 | 1ull << 34 | 1ull << 36 |
				      1ull << 38;

	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (word_is(word, refused[i].mask, refused[i].value))
			return true;
	}
	if (word_is(word, 0xfffff01f, 0xd503201f)) {
		uint32_t number = word_bits(word, 5, 7);

		return number > 63 || !(hints >> number & 1);
	}
	return false;
}

/* ---- data processing ---- */

/* "Add/subtract (immediate)" on 64 bits that sets no flags: returns the constant that is added to Rn. */
static bool is_addition(uint32_t word, int32_t *ret_constant)
{
	int32_t constant = (int32_t)(word_bits(word, 10, 12) << (word_bits(word, 22, 1) ? 12 : 0));

	if (!word_is(word, 0xbf800000, 0x91000000))
		return false;
	*ret_constant = word_bits(word, 30, 1) ? -constant : constant;
	return true;
}

/* The instruction sets SP. Finds out by how much SP moves; opaque if this is unknown. */
static void move_stack(uint32_t word, const struct arm64_frame *frame,
		       struct instruction_effects *effects)
{
	int32_t constant;
	int64_t moved;

	effects->opaque = true;
	if (!is_addition(word, &constant) || (field_rn(word) != SP && field_rn(word) != frame->reg))
		return;
	moved = constant + (field_rn(word) == SP ? 0 : frame->offset);
	if (moved > INT32_MAX || moved < -INT32_MAX)
		return;
	effects->stack_pointer = (int32_t)moved;
	effects->opaque = false;
}

/*
 * In instructions with an immediate operand, destination 31 is SP unless flags are set. In some of them
 * (MOVZ, ADR, bit fields) it is XZR; such an instruction is treated as opaque, which is harmless.
 */
static void note_immediate(uint32_t word, const struct arm64_frame *frame,
			   struct instruction_effects *effects)
{
	bool sets_flags = word_is(word, 0x3f000000, 0x31000000) ||
			  word_is(word, 0x7f800000, 0x72000000);

	if (field_rd(word) == SP && !sets_flags)
		move_stack(word, frame, effects);
	else
		change_integer(effects, field_rd(word));
}

/* Destination 31 is SP only in "Add/subtract (extended register)" that sets no flags. */
static void note_register(uint32_t word, struct instruction_effects *effects)
{
	if (word_is(word, 0x3fe00000, 0x0b200000) && field_rd(word) == SP)
		effects->opaque = true;
	else
		change_integer(effects, field_rd(word));
}

/* Returns whether it is a scalar instruction whose destination is not a general register. */
static bool keeps_integers(uint32_t word)
{
	return word_is(word, 0x5f200000, 0x1e200000) && word_bits(word, 10, 6) != 0;
}

static void note_float(uint32_t word, struct instruction_effects *effects)
{
	bool copies_double = word_is(word, 0xfffffc00, 0x9e660000); /* FMOV Xd, Dn */
	bool copies_single = word_is(word, 0xfffffc00, 0x1e260000); /* FMOV Wd, Sn */

	if (copies_double || copies_single) {
		change_integer(effects, field_rd(word));
		effects->copied = field_rn(word);
		if (field_rd(word) != SP)
			effects->copy = (struct held){
				.holder = HOLDER_INTEGER,
				.index = field_rd(word),
				.size = copies_double ? 8 : 4,
			};
		return;
	}
	effects->floats |= 1u << field_rd(word);
	if (!keeps_integers(word))
		change_integer(effects, field_rd(word));
}

/* ---- loads and stores ---- */

enum index_mode { INDEX_NONE, INDEX_POST, INDEX_PRE };

/* One load or store with a constant offset from a base register. */
struct access {
	bool is_load, is_float;
	uint8_t first, second; /* registers; 31: none */
	uint32_t size;	       /* bytes of both registers */
	int32_t offset;
	enum index_mode mode;
};

/* "Load/store register pair". */
static bool read_pair(uint32_t word, struct access *access)
{
	static const enum index_mode modes[] = { INDEX_NONE, INDEX_POST, INDEX_NONE, INDEX_PRE };
	bool is_float = word_bits(word, 26, 1);
	uint32_t kind = word_bits(word, 30, 2), scale = is_float ? 2 + kind : 2 + (kind >> 1);

	if (!word_is(word, 0x3a000000, 0x28000000) || kind == 3)
		return false;
	*access = (struct access){
		.is_load = word_bits(word, 22, 1),
		.is_float = is_float,
		.first = field_rd(word),
		.second = (uint8_t)word_bits(word, 10, 5),
		.size = 2u << scale,
		.offset = word_signed(word, 15, 7) * (1 << scale),
		.mode = modes[word_bits(word, 23, 2)],
	};
	/* For integers, kind 1 is LDPSW, which only loads; the corresponding store is another instruction. */
	return is_float || kind != 1 || access->is_load;
}

/* "Load/store register": unsigned, unscaled, and indexed immediates. */
static bool read_single(uint32_t word, struct access *access)
{
	static const enum index_mode modes[] = { INDEX_NONE, INDEX_POST, INDEX_NONE, INDEX_PRE };
	bool is_unsigned = word_is(word, 0x3b000000, 0x39000000);
	bool is_float = word_bits(word, 26, 1);
	uint32_t scale = word_bits(word, 30, 2) | (is_float ? word_bits(word, 23, 1) << 2 : 0);

	if ((!is_unsigned && !word_is(word, 0x3b200000, 0x38000000)) || scale > 4)
		return false;
	*access = (struct access){
		.is_load = is_float ? word_bits(word, 22, 1) : word_bits(word, 22, 2) != 0,
		.is_float = is_float,
		.first = field_rd(word),
		.second = SP,
		.size = 1u << scale,
		.offset = is_unsigned ? (int32_t)(word_bits(word, 10, 12) << scale) :
					word_signed(word, 12, 9),
		.mode = is_unsigned ? INDEX_NONE : modes[word_bits(word, 10, 2)],
	};
	return true;
}

/* Reads a load whose address is not a base register plus a constant. Loads do not change memory. */
static bool read_other_load(uint32_t word, struct access *access)
{
	bool is_literal = word_is(word, 0x3b000000, 0x18000000);
	bool has_register = word_is(word, 0x3b200c00, 0x38200800); /* "(register offset)" */

	*access = (struct access){
		.is_load = is_literal || (word_bits(word, 26, 1) ? word_bits(word, 22, 1) :
								   word_bits(word, 22, 2) != 0),
		.is_float = word_bits(word, 26, 1),
		.first = field_rd(word),
		.second = SP,
	};
	return access->is_load && (is_literal || has_register);
}

static void note_load(const struct access *access, struct instruction_effects *effects)
{
	if (access->is_float) {
		effects->floats |= 1u << access->first;
		if (access->second != SP)
			effects->floats |= 1u << access->second;
	} else {
		change_integer(effects, access->first);
		change_integer(effects, access->second);
	}
}

static void note_store(uint32_t word, const struct access *access, const struct arm64_frame *frame,
		       struct instruction_effects *effects)
{
	bool by_frame = field_rn(word) == frame->reg && frame->reg != SP;
	int64_t offset = access->offset;

	if (access->mode == INDEX_PRE)
		offset = 0;
	else if (access->mode == INDEX_POST)
		offset = -offset;
	if (by_frame)
		offset += frame->offset;
	if ((field_rn(word) != SP && (!by_frame || access->mode != INDEX_NONE)) ||
	    offset > INT32_MAX || offset < INT32_MIN) {
		effects->opaque = true;
		return;
	}
	effects->stored = (struct held){
		.holder = HOLDER_STACK,
		.size = (uint8_t)access->size,
		.offset = (int32_t)offset,
	};
	if (!access->is_float)
		return;
	effects->copied = access->first;
	effects->copy = effects->stored;
	if (access->second != SP)
		effects->copy.size /= 2;
}

static void note_memory(uint32_t word, const struct arm64_frame *frame,
			struct instruction_effects *effects)
{
	struct access access;

	if (!read_pair(word, &access) && !read_single(word, &access) &&
	    !read_other_load(word, &access)) {
		effects->opaque = true; /* exclusive, atomic, structures, … */
		return;
	}
	if (access.is_load)
		note_load(&access, effects);
	else
		note_store(word, &access, frame, effects);
	if (access.mode == INDEX_NONE)
		return;
	if (field_rn(word) == SP)
		effects->stack_pointer = access.offset;
	else
		change_integer(effects, field_rn(word));
}

/* ---- one instruction ---- */

/*
 * Returns whether the instruction only changes R27. Go's assembler computes large constants and offsets in
 * R27, which nothing else uses; the last instruction of such a sequence uses the result. The assembler marks
 * the sequences as restartable after asynchronous preemption (golang/go src/cmd/internal/obj/arm64/asm7.go,
 * isRestartable; src/runtime/preempt.go, isAsyncSafePoint).
 */
static bool makes_scratch(const struct instruction_effects *effects)
{
	return effects->integers == 1u << SCRATCH && !effects->opaque && !effects->floats &&
	       !effects->stack_pointer && !effects->stored.holder;
}

struct instruction_effects arm64_effects(uint32_t word, const struct arm64_frame *frame)
{
	struct instruction_effects effects = { .refuses_probe = refuses_probe(word) };

	if (word_is(word, 0x1c000000, 0x10000000))
		note_immediate(word, frame, &effects);
	else if (word_is(word, 0x0a000000, 0x08000000))
		note_memory(word, frame, &effects);
	else if (word_is(word, 0x0e000000, 0x0a000000))
		note_register(word, &effects);
	else if (word_is(word, 0x0e000000, 0x0e000000))
		note_float(word, &effects);
	else if (word_is(word, 0xfffff01f,
			 0xd503201f)) /* a hint; some hints change the return address */
		change_integer(&effects, LINK);
	else
		effects.opaque = true;
	effects.may_repeat = makes_scratch(&effects);
	return effects;
}

static bool is_frame_addition(const struct arm64_frame *frame, uint32_t word, int32_t *ret_constant)
{
	return is_addition(word, ret_constant) && field_rd(word) != SP &&
	       (field_rn(word) == SP ||
		(field_rn(word) == frame->reg && field_rd(word) == frame->reg));
}

void arm64_frame_follow(struct arm64_frame *frame, uint32_t word)
{
	struct instruction_effects effects = arm64_effects(word, frame);
	int32_t constant;

	if (is_frame_addition(frame, word, &constant)) {
		frame->offset = constant + (field_rn(word) == SP ? 0 : frame->offset);
		frame->reg = field_rd(word);
	} else if (effects.opaque || effects.stack_pointer ||
		   (frame->reg != SP && effects.integers >> frame->reg & 1)) {
		*frame = arm64_frame_none;
	}
}
