/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <capstone/capstone.h>
#include <cmocka.h>

#include "arm64_code.h"

#define CODE 0x400000ull
#define RET 0xd65f03c0u

/* Decodes the words and calls `visit` with each instruction; returns whether all words were decoded. */
static bool read_all(const uint32_t *words, size_t count,
		     void (*visit)(const struct instruction *, const struct arm64_code *, void *),
		     void *context)
{
	struct arm64_code arm64 = { 0 };
	struct instruction instruction;

	arm64_code_start(&arm64, (struct bytes){ (const uint8_t *)words, count * 4 }, CODE);
	while (arm64_code_next(&arm64, &instruction)) {
		if (visit)
			visit(&instruction, &arm64, context);
	}
	arm64_code_finish(&arm64);
	return arm64_code_left(&arm64).size == 0;
}

/* ---- kinds ---- */

/* Words as the GNU assembler encodes them. */
static const struct {
	const char *text;
	uint32_t word;
	enum instruction_kind kind;
	int distance; /* to the target, if there is one */
} kinds[] = {
	{ "b .+8", 0x14000002, INSTRUCTION_JUMP, 8 },
	{ "b.al .+16", 0x5400008e, INSTRUCTION_JUMP, 16 },
	{ "br x1", 0xd61f0020, INSTRUCTION_JUMP, 0 },
	{ "b.ls .+16", 0x54000089, INSTRUCTION_CONDITIONAL_JUMP, 16 },
	{ "cbz x0,.-12", 0xb4ffffa0, INSTRUCTION_CONDITIONAL_JUMP, -12 },
	{ "tbnz x3,#33,.+20", 0xb70800a3, INSTRUCTION_CONDITIONAL_JUMP, 20 },
	{ "bl .-8", 0x97fffffe, INSTRUCTION_CALL, -8 },
	{ "blr x2", 0xd63f0040, INSTRUCTION_CALL, 0 },
	{ "ret", RET, INSTRUCTION_RETURN, 0 },
	{ "retaa", 0xd65f0bff, INSTRUCTION_RETURN, 0 },
	/* LSE instructions, which Go uses for atomics on processors that have them. */
	{ "ldaddal w2,w3,[x0]", 0xb8e20003, INSTRUCTION_OTHER, 0 },
	{ "casal x1,x2,[x3]", 0xc8e1fc62, INSTRUCTION_OTHER, 0 },
	{ "caspal x0,x1,x2,x3,[x4]", 0x4860fc82, INSTRUCTION_OTHER, 0 },
	{ "swpalb w1,w2,[x3]", 0x38e18062, INSTRUCTION_OTHER, 0 },
	{ "ldclralb w1,w2,[x3]", 0x38e11062, INSTRUCTION_OTHER, 0 },
	{ "ldsetal x1,x2,[x3]", 0xf8e13062, INSTRUCTION_OTHER, 0 },
	/* Instructions in Go's crypto packages. */
	{ "sha512h q0,q1,v2.2d", 0xce628020, INSTRUCTION_OTHER, 0 },
	{ "eor3 v0.16b,v1.16b,v2.16b,v3.16b", 0xce020c20, INSTRUCTION_OTHER, 0 },
	{ "msr dit,#1", 0xd503415f, INSTRUCTION_OTHER, 0 },
	{ "bti c", 0xd503245f, INSTRUCTION_OTHER, 0 },
	{ "dmb ish", 0xd5033bbf, INSTRUCTION_OTHER, 0 },
	{ "mrs x0,tpidr_el0", 0xd53bd040, INSTRUCTION_OTHER, 0 },
	{ "svc #0", 0xd4000001, INSTRUCTION_OTHER, 0 },
	/* What follows calls that do not return (in Go 1.19, in Go 1.24), and constants after the code. */
	{ "undefined", 0xbea71700, INSTRUCTION_OTHER, 0 },
	{ "udf #0", 0x00000000, INSTRUCTION_OTHER, 0 },
	{ "data", 0x00010078, INSTRUCTION_OTHER, 0 },
	{ "data", 0x06e00000, INSTRUCTION_OTHER, 0 },
};

static void kind_check(const struct instruction *instruction, const struct arm64_code *arm64,
		       void *context)
{
	size_t i = *(size_t *)context;

	if (instruction->kind != kinds[i].kind ||
	    instruction->has_target != (kinds[i].distance != 0) ||
	    (instruction->has_target && instruction->target != CODE + (uint64_t)kinds[i].distance))
		fail_msg("%s: kind %d, target 0x%llx", kinds[i].text, instruction->kind,
			 (unsigned long long)instruction->target);
}

static void tells_kinds(void **state)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!read_all(&kinds[i].word, 1, kind_check, &i))
			fail_msg("%s is not known", kinds[i].text);
	}
}

/* These may jump or return, so it is unknown whether execution continues after them. */
static void stops_at_unknown_jumps(void **state)
{
	static const uint32_t unknown[] = {
		0x74000000, /* cbgt w0,w0,. of FEAT_CMPBR */
		0x5500001f, /* retaasppc . of FEAT_PAuth_LR */
		0xd69f03e0, /* eret */
		0x56000000, /* unallocated */
	};

	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		if (read_all(&unknown[i], 1, NULL, NULL))
			fail_msg("%08x is read", unknown[i]);
	}
}

/* ---- against capstone ---- */

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 16;
}

static bool is_flow(unsigned int id)
{
	static const unsigned int ids[] = {
		ARM64_INS_B,
		ARM64_INS_BL,
		ARM64_INS_BR,
		ARM64_INS_BLR,
		ARM64_INS_RET,
		ARM64_INS_CBZ,
		ARM64_INS_CBNZ,
		ARM64_INS_TBZ,
		ARM64_INS_TBNZ,
#if CS_API_MAJOR >= 5
		ARM64_INS_BC, /* what capstone 4 cannot read is not compared */
#endif
	};

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		if (ids[i] == id)
			return true;
	}
	return false;
}

struct flow {
	bool is_flow, has_target;
	uint64_t target;
};

static void flow_note(const struct instruction *instruction, const struct arm64_code *arm64,
		      void *context)
{
	*(struct flow *)context = (struct flow){
		.is_flow = instruction->kind != INSTRUCTION_OTHER,
		.has_target = instruction->has_target,
		.target = instruction->target,
	};
}

static bool flow_of(csh capstone, cs_insn *decoded, uint32_t word, struct flow *ret)
{
	const uint8_t *data = (const uint8_t *)&word;
	uint64_t address = CODE;
	size_t size = sizeof(word);
	const cs_arm64 *arm64;

	if (!cs_disasm_iter(capstone, &data, &size, &address, decoded))
		return false;
	arm64 = &decoded->detail->arm64;
	*ret = (struct flow){ .is_flow = is_flow(decoded->id) };
	if (ret->is_flow && arm64->op_count &&
	    arm64->operands[arm64->op_count - 1].type == ARM64_OP_IMM) {
		ret->has_target = true;
		ret->target = (uint64_t)arm64->operands[arm64->op_count - 1].imm;
	}
	return true;
}

/* Words that both decoders know have the same kind (jump, call, return or none) and the same target. */
static void agrees_with_capstone(void **state)
{
	enum { WORDS = 400000 };
	uint32_t random = 1, compared = 0, flows = 0;
	cs_insn *decoded;
	csh capstone;

	assert_int_equal(cs_open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, &capstone), CS_ERR_OK);
	cs_option(capstone, CS_OPT_DETAIL, CS_OPT_ON);
	decoded = cs_malloc(capstone);
	assert_non_null(decoded);
	for (int i = 0; i < WORDS; i++) {
		uint32_t word = next_random(&random) << 16 | (next_random(&random) & 0xffff);
		struct flow ours = { 0 }, theirs;

		/* Half of the words come from the encoding group of jumps. */
		if (i % 2)
			word = (word & ~0x1c000000u) | 0x14000000;
		if (!read_all(&word, 1, flow_note, &ours) ||
		    !flow_of(capstone, decoded, word, &theirs))
			continue;
		compared++;
		flows += theirs.is_flow;
		if (ours.is_flow != theirs.is_flow || ours.has_target != theirs.has_target ||
		    (ours.has_target && ours.target != theirs.target))
			fail_msg("%08x: capstone reads %s %s", word, decoded->mnemonic,
				 decoded->op_str);
	}
	cs_free(decoded, 1);
	cs_close(&capstone);
	assert_true(compared > WORDS / 4 && flows > WORDS / 16);
}

/* ---- constants among the code ---- */

static void count_returns(const struct instruction *instruction, const struct arm64_code *arm64,
			  void *context)
{
	*(int *)context += instruction->kind == INSTRUCTION_RETURN;
}

/* A loaded constant is skipped whatever it looks like: a breakpoint in it would change its value. */
static void passes_over_loaded_constants(void **state)
{
	static const uint32_t code[] = {
		0x18000100,				 /* ldr w0,.+32 */
		0x58000100,				 /* ldr x0,.+32 */
		0x9c000120,				 /* ldr q0,.+36 */
		0x98000180,				 /* ldrsw x0,.+48 */
		0xd8000180,				 /* prfm pldl1keep,.+48: loads nothing */
		RET,	    0x14000000,			 /* b . */
		0,	    RET,			 /* of 4 bytes */
		0x74000000, RET,			 /* of 8 */
		RET,	    RET,	0x74000000, RET, /* of 16 */
		RET,					 /* of 4 */
		RET,					 /* code again */
	};
	int returns = 0;

	assert_true(read_all(code, sizeof(code) / sizeof(code[0]), count_returns, &returns));
	assert_int_equal(returns, 2);
}

/* A constant outside of the function, or before the instruction that loads it, is ignored. */
static void ignores_constants_elsewhere(void **state)
{
	static const uint32_t code[] = {
		RET,	    0x58ffffe0, /* ldr x0,.-4 */
		0x587fffe0,		/* ldr x0,.+1048572 */
		0x58000060,		/* ldr x0,.+12: its second half is outside */
		RET,	    RET,	RET,
	};
	int returns = 0;

	assert_true(read_all(code, sizeof(code) / sizeof(code[0]), count_returns, &returns));
	assert_int_equal(returns, 4);
}

/* ---- effects ---- */

static const struct arm64_frame in_x20 = { .reg = 20, .offset = -336 };

#define BIT(n) (1u << (n))
#define STACK(size, offset)                   \
	{                                     \
		HOLDER_STACK, 0, size, offset \
	}

static const struct {
	const char *text;
	uint32_t word;
	struct instruction_effects effects;
} changes[] = {
	{ "str x30,[sp,#-48]!", 0xf81d0ffe, { .stack_pointer = -48, .stored = STACK(8, 0) } },
	{ "stp x29,x30,[sp,#-8]", 0xa93ffbfd, { .stored = STACK(16, -8) } },
	{ "stp x29,x30,[x20,#-8]", 0xa93ffa9d, { .stored = STACK(16, -344) } },
	{ "mov sp,x20", 0x9100029f, { .stack_pointer = -336 } },
	{ "add sp,sp,#16", 0x910043ff, { .stack_pointer = 16 } },
	{ "sub x29,sp,#8", 0xd10023fd, { .integers = BIT(29) } },
	{ "str d0,[sp,#40]", 0xfd0017e0, { .stored = STACK(8, 40), .copy = STACK(8, 40) } },
	{ "str s1,[sp,#52]",
	  0xbd0037e1,
	  { .stored = STACK(4, 52), .copied = 1, .copy = STACK(4, 52) } },
	{ "stur d2,[sp,#-20]",
	  0xfc1ec3e2,
	  { .stored = STACK(8, -20), .copied = 2, .copy = STACK(8, -20) } },
	{ "str d0,[x20,#16]", 0xfd000a80, { .stored = STACK(8, -320), .copy = STACK(8, -320) } },
	{ "stp d0,d1,[sp,#16]", 0x6d0107e0, { .stored = STACK(16, 16), .copy = STACK(8, 16) } },
	{ "str q3,[sp,#32]",
	  0x3d800be3,
	  { .stored = STACK(16, 32), .copied = 3, .copy = STACK(16, 32) } },
	{ "str xzr,[sp,#8]", 0xf90007ff, { .stored = STACK(8, 8) } },
	{ "strb w1,[sp,#3]", 0x39000fe1, { .stored = STACK(1, 3) } },
	{ "fmov x3,d4",
	  0x9e660083,
	  { .integers = BIT(3), .copied = 4, .copy = { HOLDER_INTEGER, 3, 8, 0 } } },
	{ "fmov w3,s4",
	  0x1e260083,
	  { .integers = BIT(3), .copied = 4, .copy = { HOLDER_INTEGER, 3, 4, 0 } } },
	{ "fmov d1,d0", 0x1e604001, { .floats = BIT(1) } },
	{ "fadd d2,d0,d1", 0x1e612802, { .floats = BIT(2) } },
	{ "fcvtzs x2,d1", 0x9e780022, { .integers = BIT(2), .floats = BIT(2) } },
	{ "mov x5,v3.d[0]", 0x4e083c65, { .integers = BIT(5), .floats = BIT(5) } },
	{ "ldr x1,[x2,x3]", 0xf8636841, { .integers = BIT(1) } },
	{ "ldr x30,[sp],#48", 0xf84307fe, { .integers = BIT(30), .stack_pointer = 48 } },
	{ "ldp x1,x2,[x3,#16]", 0xa9410861, { .integers = BIT(1) | BIT(2) } },
	{ "ldp d1,d2,[x3],#16", 0x6cc10861, { .integers = BIT(3), .floats = BIT(1) | BIT(2) } },
	{ "mov x1,x0", 0xaa0003e1, { .integers = BIT(1) } },
	{ "movz x7,#1", 0xd2800027, { .integers = BIT(7) } },
	{ "adrp x8,.", 0x90000008, { .integers = BIT(8) } },
	{ "adrp x27,.", 0x9000001b, { .integers = BIT(27), .may_repeat = true } },
	{ "movk x27,#2,lsl #16", 0xf2a0005b, { .integers = BIT(27), .may_repeat = true } },
	{ "cmp x1,x0", 0xeb00003f, { 0 } },
	{ "cmp x1,#3", 0xf1000c3f, { 0 } },
	{ "tst x1,#7", 0xf240083f, { 0 } },
	{ "nop", 0xd503201f, { .integers = BIT(30) } },
	{ "paciasp", 0xd503233f, { .integers = BIT(30) } },
	/* Stores to elsewhere or to unknown addresses, and unknown changes of SP. */
	{ "str d0,[x1]", 0xfd000020, { .opaque = true } },
	{ "sub sp,sp,x27", 0xcb3b63ff, { .opaque = true } },
	{ "and sp,x1,#~15", 0x927cec3f, { .opaque = true } },
	{ "mov sp,x21", 0x910002bf, { .opaque = true } },
	{ "stlr x0,[x1]", 0xc89ffc20, { .opaque = true } },
	{ "ldaddal w2,w3,[x0]", 0xb8e20003, { .opaque = true } },
	{ "ld1 {v0.16b},[x0]", 0x4c407000, { .opaque = true } },
	/* No probe is placed on these. */
	{ "ldaxr x0,[x1]", 0xc85ffc20, { .opaque = true, .refuses_probe = true } },
	{ "caspal x0,x1,x2,x3,[x4]", 0x4860fc82, { .opaque = true, .refuses_probe = true } },
	{ "cpyfp [x0]!,[x1]!,x2!", 0x19010440, { .opaque = true, .refuses_probe = true } },
	{ "ldr d0,.+16", 0x5c000080, { .floats = BIT(0), .refuses_probe = true } },
	{ "ldr x0,.+16", 0x58000080, { .integers = BIT(0) } },
	{ "svc #0", 0xd4000001, { .opaque = true, .refuses_probe = true } },
	{ "mrs x0,tpidr_el0", 0xd53bd040, { .opaque = true, .refuses_probe = true } },
	{ "msr dit,#1", 0xd503415f, { .opaque = true, .refuses_probe = true } },
	{ "wfe", 0xd503205f, { .integers = BIT(30), .refuses_probe = true } },
	{ "yield", 0xd503203f, { .integers = BIT(30), .refuses_probe = true } },
	{ "udf #0", 0, { .opaque = true, .refuses_probe = true } },
	{ "data", 0x02000040, { .opaque = true, .refuses_probe = true } },
	{ "data", 0x06e00000, { .opaque = true, .refuses_probe = true } },
};

static bool held_equal(const struct held *one, const struct held *other)
{
	return one->holder == other->holder && one->index == other->index &&
	       one->size == other->size && one->offset == other->offset;
}

static void tells_effects(void **state)
{
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct instruction_effects effects = arm64_effects(changes[i].word, &in_x20);
		const struct instruction_effects *wanted = &changes[i].effects;

		if (effects.integers != wanted->integers || effects.floats != wanted->floats ||
		    effects.stack_pointer != wanted->stack_pointer ||
		    !held_equal(&effects.stored, &wanted->stored) ||
		    !held_equal(&effects.copy, &wanted->copy) || effects.copied != wanted->copied ||
		    effects.opaque != wanted->opaque || effects.may_repeat != wanted->may_repeat ||
		    effects.refuses_probe != wanted->refuses_probe)
			fail_msg("%s: integers %x, floats %x, SP %d, stored %u at %d, copied %u",
				 changes[i].text, effects.integers, effects.floats,
				 effects.stack_pointer, effects.stored.size, effects.stored.offset,
				 effects.copied);
	}
}

/* The size of a large frame is subtracted in two steps. It is unknown if the register or SP is. */
static void follows_the_frame(void **state)
{
	static const struct {
		uint32_t word;
		uint8_t reg;
		int64_t offset;
	} steps[] = {
		{ 0xd14007f4, 20, -4096 }, /* sub x20,sp,#1,lsl #12 */
		{ 0xd1004294, 20, -4112 }, /* sub x20,x20,#16 */
		{ 0xaa0003e1, 20, -4112 }, /* mov x1,x0 */
		{ 0x9100029f, 31, 0 },	   /* mov sp,x20 */
		{ 0xd10043f4, 20, -16 },   /* sub x20,sp,#16 */
		{ 0xaa0003f4, 31, 0 },	   /* mov x20,x0 */
		{ 0xd10043f4, 20, -16 },   /* sub x20,sp,#16 */
		{ 0xd1004295, 20, -16 },   /* sub x21,x20,#16 */
	};
	struct arm64_frame frame = arm64_frame_none;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		arm64_frame_follow(&frame, steps[i].word);
		if (frame.reg != steps[i].reg ||
		    (frame.reg != 31 && frame.offset != steps[i].offset))
			fail_msg("step %zu: register %u, offset %lld", i, frame.reg,
				 (long long)frame.offset);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_kinds),
		cmocka_unit_test(stops_at_unknown_jumps),
		cmocka_unit_test(agrees_with_capstone),
		cmocka_unit_test(passes_over_loaded_constants),
		cmocka_unit_test(ignores_constants_elsewhere),
		cmocka_unit_test(tells_effects),
		cmocka_unit_test(follows_the_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
