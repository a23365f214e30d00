/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "begin_site.h"
#include "call_site.h"
#include "elf_builder.h"
#include "site.h"

#define CODE 0x400000u
#define ENTRY (CODE + 0x40)

enum {
	CARRY = 1 << 0,
	ZERO = 1 << 6,
	RCX = 11, /* pt_regs indices */
	R14 = 1,
	X28 = 28,
	NONE = CONVENTION_NO_REGISTER,
	MOST_CODE = 4096,
};
#define ARM64_C (1ull << 29)
#define ARM64_Z (1ull << 30)

/* Code that is put together piece by piece. Jumps to the slow path get their target later. */
struct code {
	uint8_t bytes[MOST_CODE];
	size_t size;
	struct {
		size_t at, end, width; /* of the displacement; for arm64: width 19 or 26, in bits */
	} jumps[4];
	size_t jump_count;
};

static void put(struct code *code, const void *bytes, size_t size)
{
	memcpy(code->bytes + code->size, bytes, size);
	code->size += size;
}

static void put_word(struct code *code, uint32_t word)
{
	put(code, &word, sizeof(word));
}

#define PUT(code, text) put(code, text, sizeof(text) - 1)

static void put_jump(struct code *code, const char *opcode, size_t opcode_size, size_t width)
{
	static const uint8_t zeros[4];

	put(code, opcode, opcode_size);
	code->jumps[code->jump_count].at = code->size;
	code->jumps[code->jump_count].width = width;
	put(code, zeros, width);
	code->jumps[code->jump_count++].end = code->size;
}

static void put_condition(struct code *code, uint32_t condition)
{
	code->jumps[code->jump_count].at = code->size;
	code->jumps[code->jump_count].end = code->size;
	code->jumps[code->jump_count++].width = 19;
	put_word(code, 0x54000000 | condition);
}

/* Sets the target of all jumps to the slow path. */
static void aim(struct code *code, size_t target)
{
	for (size_t i = 0; i < code->jump_count; i++) {
		int64_t distance = (int64_t)target - (int64_t)code->jumps[i].end;
		uint32_t word;

		if (code->jumps[i].width <= 4) {
			memcpy(code->bytes + code->jumps[i].at, &distance, code->jumps[i].width);
			continue;
		}
		memcpy(&word, code->bytes + code->jumps[i].at, sizeof(word));
		word = (word & 0xff00001f) | (distance / 4 & 0x7ffff) << 5;
		memcpy(code->bytes + code->jumps[i].at, &word, sizeof(word));
	}
	code->jump_count = 0;
}

/* A jump back to the first instruction. */
static void put_return(struct code *code, enum machine machine)
{
	int32_t distance = -(int32_t)code->size;

	if (machine == MACHINE_ARM64) {
		put_word(code, 0x14000000 | (distance / 4 & 0x3ffffff));
		return;
	}
	PUT(code, "\xe9");
	distance -= 5;
	put(code, &distance, sizeof(distance));
}

/* Puts what the compiler puts at the end: spills, the call of morestack, reloads, the jump back. */
static void put_slow_path(struct code *code, enum machine machine, bool spills)
{
	if (machine == MACHINE_ARM64) {
		if (spills)
			put_word(code, 0xf90007e0); /* str x0, [sp, #8] */
		put_word(code, 0xaa1e03e3);	    /* mov x3, x30 */
		put_word(code, 0x97fffff0);	    /* bl */
		if (spills)
			put_word(code, 0xf94007e0); /* ldr x0, [sp, #8] */
	} else {
		if (spills)
			PUT(code,
			    "\x48\x89\x44\x24\x08\x48\x89\x5c\x24\x10"); /* mov %rax,8(%rsp) … */
		PUT(code, "\x0f\x1f\x44\x00\x00"); /* nopl: Go aligns some calls */
		PUT(code, "\xe8\x3b\xad\xff\xff"); /* call */
		if (spills)
			PUT(code, "\x48\x8b\x44\x24\x08\x48\x8b\x5c\x24\x10");
	}
	put_return(code, machine);
}

/* The body, with a call and a loop in it; ends in a return. */
static void put_body(struct code *code, enum machine machine)
{
	if (machine == MACHINE_ARM64) {
		put_word(code, 0xf81c0ffe); /* str x30, [sp, #-64]! */
		put_word(code, 0xf9400800); /* ldr x0, [x0, #16]: as from a stack guard */
		put_word(code, 0x94000100); /* bl */
		put_word(code, 0x54ffffc9); /* b.ls back */
		put_word(code, 0xd65f03c0); /* ret */
	} else {
		PUT(code, "\x48\x83\xec\x38");	   /* sub $56,%rsp */
		PUT(code, "\x48\x8b\x40\x10");	   /* mov 16(%rax),%rax: as from a stack guard */
		PUT(code, "\xe8\x00\x01\x00\x00"); /* call */
		PUT(code, "\x76\xf5");		   /* jbe back */
		PUT(code, "\xc3");
	}
}

/* Places code at ENTRY, as one function of `size` bytes, and looks for its site. */
static int find_in(const struct code *code, enum machine machine,
		   const struct convention *convention, uint64_t size, struct site *ret_site,
		   uint64_t *ret_code_offset)
{
	struct function function = { "main.f", ENTRY, ENTRY + size };
	struct elf_builder elf;
	struct image *image;
	struct error err = { 0 };
	int r;

	elf_init(&elf);
	elf_append(&elf, NULL, 0x1230);
	*ret_code_offset = elf_append(&elf, NULL, ENTRY - CODE) + ENTRY - CODE;
	elf_append(&elf, code->bytes, code->size);
	assert_int_equal(elf.size, *ret_code_offset + code->size);
	elf_segment(&elf, PT_LOAD, PF_R | PF_X, CODE, *ret_code_offset - (ENTRY - CODE),
		    ENTRY - CODE + code->size, ENTRY - CODE + code->size);
	elf_finish(&elf, ET_EXEC, machine == MACHINE_ARM64 ? EM_AARCH64 : EM_X86_64);
	assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
	r = begin_site_find(image, convention, &function, ret_site, &err);
	assert_int_equal(err.code, r);
	image_close(image);
	elf_release(&elf);
	return r;
}

static const struct convention *convention_for(enum machine machine, int minor, bool no_registers)
{
	struct go_version version = {
		.number = GO_VERSION(minor, 0),
		.no_register_abi = no_registers,
	};

	return convention_of(machine, &version);
}

static void assert_check(const struct code *code, enum machine machine, int minor, size_t jump,
			 uint64_t if_set, uint64_t if_clear, uint8_t goroutine,
			 int32_t goroutine_offset)
{
	const struct convention *convention = convention_for(machine, minor, minor == 17);
	struct site site = { 0 };
	uint64_t offset;

	assert_int_equal(find_in(code, machine, convention, code->size, &site, &offset), 0);
	assert_int_equal(site.kind, SITE_STACK_CHECK);
	assert_int_equal(site.address, ENTRY + jump);
	assert_int_equal(site.file_offset, offset + jump);
	assert_true(site.skip_if_set == if_set);
	assert_true(site.skip_if_clear == if_clear);
	assert_int_equal(site.goroutine_register, goroutine);
	assert_int_equal(site.goroutine_offset, goroutine_offset);
}

static void assert_entry(const struct code *code, enum machine machine, int minor, uint64_t size)
{
	const struct convention *convention = convention_for(machine, minor, false);
	struct site site = { 0 };
	uint64_t offset;

	assert_int_equal(find_in(code, machine, convention, size, &site, &offset), 0);
	assert_int_equal(site.kind, SITE_ENTRY);
	assert_int_equal(site.address, ENTRY);
	assert_int_equal(site.file_offset, offset);
	assert_true(site.skip_if_set == 0 && site.skip_if_clear == 0);
	assert_int_equal(site.goroutine_register, convention->goroutine_register);
}

static void assert_no_entry(const struct code *code, enum machine machine, int minor)
{
	const struct convention *convention = convention_for(machine, minor, false);
	struct site site = { .address = 77 };
	uint64_t offset;

	assert_int_equal(find_in(code, machine, convention, code->size, &site, &offset), -ENOTSUP);
	assert_int_equal(site.address, 77);
}

/*
 * The prologues that the compilers of these releases write (copied from binaries of Go 1.15, 1.19 and 1.27;
 * 1.17 without registers: GO-FACTS). `parts`: the code before each conditional jump.
 */
struct prologue {
	const char *name;
	enum machine machine;
	int minor; /* 17: without the register ABI */
	struct {
		const char *bytes;
		size_t size;
		const char *opcode; /* amd64 */
		size_t opcode_size;
		uint32_t condition; /* arm64 */
	} parts[2];
	uint64_t if_set, if_clear;
	uint8_t goroutine;
	int32_t goroutine_offset;
};

#define BYTES(text) text, sizeof(text) - 1
#define LOAD_G "\x64\x48\x8b\x0c\x25\xf8\xff\xff\xff" /* mov %fs:-8,%rcx */
#define LOAD_G_PIE "\x48\xc7\xc1\xf8\xff\xff\xff\x64\x48\x8b\x09"
#define LOAD_GUARD \
	"\x48\x8b\x71\x10\x48\x81\xfe\xde\xfa\xff\xff" /* mov 16(%rcx),%rsi; cmp $-1314 */
#define COMPARE_HUGE \
	"\x48\x8d\x84\x24\xa0\x03\x00\x00\x48\x29\xf0\x48\x3d\x78\x10\x03\x00" /* lea; sub; cmp */
#define JBE "\x0f\x86"
#define JBE_SHORT "\x76"
#define EQ 0
#define LO 3
#define LS 9

static const struct prologue prologues[] = {
	{ "1.15 amd64",
	  MACHINE_AMD64,
	  15,
	  { { BYTES(LOAD_G "\x48\x3b\x61\x10"), BYTES(JBE) } },
	  CARRY | ZERO,
	  0,
	  RCX,
	  -8 },
	{ "1.15 amd64, short jump",
	  MACHINE_AMD64,
	  15,
	  { { BYTES(LOAD_G "\x48\x3b\x61\x10"), BYTES(JBE_SHORT) } },
	  CARRY | ZERO,
	  0,
	  RCX,
	  -8 },
	{ "1.15 amd64 PIE",
	  MACHINE_AMD64,
	  15,
	  { { BYTES(LOAD_G_PIE "\x48\x3b\x61\x10"), BYTES(JBE_SHORT) } },
	  CARRY | ZERO,
	  0,
	  RCX,
	  -8 },
	{ "1.15 amd64 large, 8 bits",
	  MACHINE_AMD64,
	  15,
	  { { BYTES(LOAD_G "\x48\x8d\x44\x24\xd8\x48\x3b\x41\x10"), BYTES(JBE) } },
	  CARRY | ZERO,
	  0,
	  RCX,
	  -8 },
	{ "1.15 amd64 large, 32 bits",
	  MACHINE_AMD64,
	  15,
	  { { BYTES(LOAD_G "\x48\x8d\x84\x24\x98\xf8\xff\xff\x48\x3b\x41\x10"), BYTES(JBE) } },
	  CARRY | ZERO,
	  0,
	  RCX,
	  -8 },
	{ "1.15 amd64 PIE large",
	  MACHINE_AMD64,
	  15,
	  { { BYTES(LOAD_G_PIE "\x48\x8d\x84\x24\x98\xf8\xff\xff\x48\x3b\x41\x10"), BYTES(JBE) } },
	  CARRY | ZERO,
	  0,
	  RCX,
	  -8 },
	{ "1.15 amd64 very large",
	  MACHINE_AMD64,
	  15,
	  { { BYTES(LOAD_G LOAD_GUARD), BYTES("\x0f\x84") }, { BYTES(COMPARE_HUGE), BYTES(JBE) } },
	  CARRY | ZERO,
	  0,
	  RCX,
	  -8 },
	{ "1.15 amd64 PIE very large",
	  MACHINE_AMD64,
	  15,
	  { { BYTES(LOAD_G_PIE LOAD_GUARD), BYTES("\x0f\x84") },
	    { BYTES(COMPARE_HUGE), BYTES(JBE) } },
	  CARRY | ZERO,
	  0,
	  RCX,
	  -8 },
	{ "1.17 amd64 without registers",
	  MACHINE_AMD64,
	  17,
	  { { BYTES("\x64\x4c\x8b\x34\x25\xf8\xff\xff\xff\x49\x3b\x66\x10"), BYTES(JBE) } },
	  CARRY | ZERO,
	  0,
	  R14,
	  -8 },
	{ "1.19 amd64",
	  MACHINE_AMD64,
	  19,
	  { { BYTES("\x49\x3b\x66\x10"), BYTES(JBE_SHORT) } },
	  CARRY | ZERO,
	  0,
	  R14 },
	{ "1.27 amd64, far jump",
	  MACHINE_AMD64,
	  27,
	  { { BYTES("\x49\x3b\x66\x10"), BYTES(JBE) } },
	  CARRY | ZERO,
	  0,
	  R14 },
	{ "1.19 amd64 large, 8 bits",
	  MACHINE_AMD64,
	  19,
	  { { BYTES("\x4c\x8d\x64\x24\xd8\x4d\x3b\x66\x10"), BYTES(JBE) } },
	  CARRY | ZERO,
	  0,
	  R14 },
	{ "1.27 amd64 large, 32 bits",
	  MACHINE_AMD64,
	  27,
	  { { BYTES("\x4c\x8d\xa4\x24\x98\xf8\xff\xff\x4d\x3b\x66\x10"), BYTES(JBE) } },
	  CARRY | ZERO,
	  0,
	  R14 },
	{ "1.19 amd64 very large",
	  MACHINE_AMD64,
	  19,
	  { { BYTES("\x49\x89\xe4\x49\x81\xec\xe0\x0c\x03\x00"), BYTES("\x0f\x82") },
	    { BYTES("\x4d\x3b\x66\x10"), BYTES(JBE) } },
	  CARRY | ZERO,
	  0,
	  R14 },
	/* systemstack code compares with stackguard1. */
	{ "1.27 amd64 on a system stack",
	  MACHINE_AMD64,
	  27,
	  { { BYTES("\x49\x3b\x66\x18"), BYTES(JBE) } },
	  CARRY | ZERO,
	  0,
	  R14 },

	{ "1.15 arm64",
	  MACHINE_ARM64,
	  15,
	  { { BYTES("\x81\x0b\x40\xf9\xe2\x03\x00\x91\x5f\x00\x01\xeb"), .condition = LS } },
	  ARM64_Z,
	  ARM64_C,
	  X28 },
	{ "1.15 arm64 large",
	  MACHINE_ARM64,
	  15,
	  { { BYTES("\x81\x0b\x40\xf9\xe2\xc3\x1d\xd1\x5f\x00\x01\xeb"), .condition = LS } },
	  ARM64_Z,
	  ARM64_C,
	  X28 },
	{ "1.15 arm64 very large",
	  MACHINE_ARM64,
	  15,
	  { { BYTES("\x81\x0b\x40\xf9\x3b\xa4\x80\x92\x3f\x00\x1b\xeb"), .condition = EQ },
	    { BYTES("\xe2\x83\x0e\x91\x42\x00\x01\xcb\x03\x10\x82\xd2\x63\x00\xa0\xf2\x5f\x00\x03\xeb"),
	      .condition = LS } },
	  ARM64_Z,
	  ARM64_C,
	  X28 },
	{ "1.19 arm64",
	  MACHINE_ARM64,
	  19,
	  { { BYTES("\x90\x0b\x40\xf9\xff\x63\x30\xeb"), .condition = LS } },
	  ARM64_Z,
	  ARM64_C,
	  X28 },
	{ "1.27 arm64 large",
	  MACHINE_ARM64,
	  27,
	  { { BYTES("\x90\x0b\x40\xf9\xf1\xc3\x1d\xd1\x3f\x02\x10\xeb"), .condition = LS } },
	  ARM64_Z,
	  ARM64_C,
	  X28 },
	{ "1.19 arm64 very large",
	  MACHINE_ARM64,
	  19,
	  { { BYTES("\x90\x0b\x40\xf9\x1b\x9c\x81\xd2\x7b\x00\xa0\xf2\xf1\x63\x3b\xeb"),
	      .condition = LO },
	    { BYTES("\x3f\x02\x10\xeb"), .condition = LS } },
	  ARM64_Z,
	  ARM64_C,
	  X28 },
};

/* Puts the prologue; returns the position of its last jump. */
static size_t put_prologue(struct code *code, const struct prologue *prologue)
{
	size_t jump = 0;

	for (size_t i = 0; i < 2 && prologue->parts[i].size; i++) {
		put(code, prologue->parts[i].bytes, prologue->parts[i].size);
		jump = code->size;
		if (prologue->machine == MACHINE_ARM64)
			put_condition(code, prologue->parts[i].condition);
		else
			put_jump(code, prologue->parts[i].opcode, prologue->parts[i].opcode_size,
				 prologue->parts[i].opcode_size == 1 ? 1 : 4);
	}
	return jump;
}

static void knows_each_prologue(void **state)
{
	for (size_t i = 0; i < sizeof(prologues) / sizeof(prologues[0]); i++) {
		const struct prologue *prologue = &prologues[i];
		struct code code = { 0 };
		size_t jump = put_prologue(&code, prologue);

		print_message("%s\n", prologue->name);
		put_body(&code, prologue->machine);
		aim(&code, code.size);
		put_slow_path(&code, prologue->machine, prologue->minor >= 18);
		assert_check(&code, prologue->machine, prologue->minor, jump, prologue->if_set,
			     prologue->if_clear, prologue->goroutine, prologue->goroutine_offset);
	}
}

/* The slow path comes after the whole function, at the end of the text, far from the prologue. */
static void follows_far_jumps(void **state)
{
	const struct prologue *amd64 = &prologues[10], *arm64 = &prologues[18];
	struct code code = { 0 };
	size_t jump = put_prologue(&code, amd64);

	while (code.size < 3000)
		put_body(&code, MACHINE_AMD64);
	aim(&code, code.size);
	put_slow_path(&code, MACHINE_AMD64, true);
	assert_check(&code, MACHINE_AMD64, 27, jump, CARRY | ZERO, 0, R14, 0);

	code = (struct code){ 0 };
	jump = put_prologue(&code, arm64);
	while (code.size < 3000)
		put_body(&code, MACHINE_ARM64);
	aim(&code, code.size);
	put_slow_path(&code, MACHINE_ARM64, true);
	assert_check(&code, MACHINE_ARM64, 19, jump, ARM64_Z, ARM64_C, X28, 0);
}

static void takes_the_entry_without_a_check(void **state)
{
	struct code code = { 0 };

	put_body(&code, MACHINE_AMD64);
	assert_entry(&code, MACHINE_AMD64, 27, code.size);
	assert_entry(&code, MACHINE_AMD64, 15, code.size);
	code = (struct code){ 0 };
	put_body(&code, MACHINE_ARM64);
	assert_entry(&code, MACHINE_ARM64, 27, code.size);
	assert_entry(&code, MACHINE_ARM64, 15, code.size);
	code = (struct code){ 0 };
	PUT(&code, "\xc3");
	assert_entry(&code, MACHINE_AMD64, 27, 1);
}

/* Each round of such a loop would count as a call; and some first instructions take no probe. */
static void refuses_entries_that_are_no_site(void **state)
{
	struct code code = { 0 };

	PUT(&code, "\x48\xff\xc8\x75\xfb\xc3"); /* dec %rax; jne back; ret */
	assert_no_entry(&code, MACHINE_AMD64, 27);
	code = (struct code){ 0 };
	PUT(&code, "\x48\xff\xc8\x75\xfc\xc3"); /* to within it: no loop to the entry */
	assert_entry(&code, MACHINE_AMD64, 27, code.size);
	code = (struct code){ 0 };
	put_word(&code, 0xd1000400); /* sub x0, x0, #1 */
	put_word(&code, 0xb5ffffe0); /* cbnz x0, back */
	put_word(&code, 0xd65f03c0);
	assert_no_entry(&code, MACHINE_ARM64, 27);
	code = (struct code){ 0 };
	PUT(&code, "\xf0\x48\xff\x00\xc3"); /* lock incq (%rax) */
	assert_no_entry(&code, MACHINE_AMD64, 27);
	code = (struct code){ 0 };
	PUT(&code, "\x62\xf1\x7c\x48\x28\xd1\xc3"); /* vmovaps %zmm1,%zmm2 */
	assert_no_entry(&code, MACHINE_AMD64, 27);
	code = (struct code){ 0 };
	PUT(&code, "\xcc\xeb\xfd"); /* int3; jmp to it, as runtime.abort */
	assert_no_entry(&code, MACHINE_AMD64, 27);
}

/* Each prologue is followed by code that resembles a slow path but is none. */
enum decoy { NO_CALL, NO_RETURN, OTHER_RETURN, INDIRECT_RETURN, UNDECODABLE, DECOY_COUNT };

static void put_decoy(struct code *code, enum machine machine, enum decoy decoy)
{
	bool arm64 = machine == MACHINE_ARM64;

	if (decoy == NO_CALL) {
		put_return(code, machine);
		return;
	}
	if (decoy == UNDECODABLE)
		put(code, arm64 ? "\x00\x00\x00\x74" : "\x06\x06\x06\x06", 4);
	put(code, arm64 ? "\xf0\xff\xff\x97" : "\xe8\x00\x01\x00\x00", arm64 ? 4 : 5);
	if (decoy == NO_RETURN)
		put(code, arm64 ? "\xc0\x03\x5f\xd6" : "\xc3\x90\x90\x90", 4);
	else if (decoy == OTHER_RETURN && arm64)
		put_word(code, 0x14000000 | (-((int32_t)code->size - 4) / 4 & 0x3ffffff));
	else if (decoy == OTHER_RETURN)
		PUT(code, "\xeb\x80");
	else if (decoy == INDIRECT_RETURN)
		put(code, arm64 ? "\x00\x00\x1f\xd6" : "\xff\xe0\x90\x90",
		    4); /* br x0; jmp *%rax */
	put_return(code, machine);
}

static void jumps_elsewhere_are_no_check(void **state)
{
	for (size_t i = 0; i < sizeof(prologues) / sizeof(prologues[0]); i++) {
		const struct prologue *prologue = &prologues[i];

		for (enum decoy decoy = 0; decoy < DECOY_COUNT; decoy++) {
			struct code code = { 0 };

			/* Go 1.17 without the register ABI is distinguished by its version only. */
			if (prologue->minor == 17)
				continue;
			put_prologue(&code, prologue);
			put_body(&code, prologue->machine);
			aim(&code, code.size);
			put_decoy(&code, prologue->machine, decoy);
			/* As far as the code can be decoded, the jump back to the begin is then a loop. */
			if (decoy == UNDECODABLE)
				assert_entry(&code, prologue->machine, prologue->minor, code.size);
			else
				assert_no_entry(&code, prologue->machine, prologue->minor);
		}
	}
}

/* Jumps before the function, to its start, and behind its end. */
static void jumps_out_of_the_function_are_no_check(void **state)
{
	const struct prologue *prologue = &prologues[10];
	struct code code = { 0 };
	size_t size;

	put_prologue(&code, prologue);
	put_body(&code, MACHINE_AMD64);
	size = code.size;
	aim(&code, size);
	put_slow_path(&code, MACHINE_AMD64, true);
	/* Other functions follow. */
	for (int i = 0; i < 40; i++)
		put_body(&code, MACHINE_AMD64);
	/* The function ends before the path that it jumps to. */
	assert_entry(&code, MACHINE_AMD64, 27, size);
	assert_entry(&code, MACHINE_AMD64, 27, size - 1);

	for (int64_t target = -0x80; target <= 0; target += 0x40) {
		code = (struct code){ 0 };
		put_prologue(&code, prologue);
		put_body(&code, MACHINE_AMD64);
		aim(&code, (size_t)target);
		put_slow_path(&code, MACHINE_AMD64, true);
		if (target)
			assert_entry(&code, MACHINE_AMD64, 27, code.size);
		else
			assert_no_entry(&code, MACHINE_AMD64, 27);
	}
}

/* A function that is cut anywhere is treated like a function without a stack check. */
static void survives_truncation(void **state)
{
	for (size_t i = 0; i < sizeof(prologues) / sizeof(prologues[0]); i++) {
		const struct prologue *prologue = &prologues[i];
		struct code code = { 0 };
		size_t whole, end;

		if (prologue->minor == 17)
			continue;
		put_prologue(&code, prologue);
		put_body(&code, prologue->machine);
		aim(&code, code.size);
		put_slow_path(&code, prologue->machine, false);
		whole = code.size;
		end = prologue->machine == MACHINE_ARM64 ? 4 : 5;
		/* Cuts the function, then the file as well, after the first instruction. */
		for (size_t size = prologue->machine == MACHINE_ARM64 ? 4 : 11; size < whole;
		     size += size < whole - end ? 7 : 1) {
			code.size = whole;
			assert_entry(&code, prologue->machine, prologue->minor, size);
			code.size = size;
			assert_entry(&code, prologue->machine, prologue->minor, size);
		}
	}
}

static void refuses_what_is_no_function(void **state)
{
	const struct convention *convention = convention_for(MACHINE_AMD64, 27, false);
	struct code code = { 0 };
	struct site site = { .address = 77 };
	uint64_t offset;

	put_body(&code, MACHINE_AMD64);
	assert_int_equal(find_in(&code, MACHINE_AMD64, convention, 0, &site, &offset), -EBADMSG);
	assert_int_equal(find_in(&code, MACHINE_AMD64, convention, -(uint64_t)ENTRY, &site,
				 &offset),
			 -EBADMSG);
	/* A function that continues beyond the end of its segment. */
	assert_true(find_in(&code, MACHINE_AMD64, convention, code.size + 1, &site, &offset) < 0);
	assert_true(find_in(&code, MACHINE_AMD64, convention, UINT64_C(1) << 63, &site, &offset) <
		    0);
	assert_int_equal(site.address, 77);
}

/*
 * Go restarts such a sequence if a goroutine is preempted within it. Only the last instruction is executed
 * once per call.
 */
static void enters_behind_what_repeats(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		int result;
		uint64_t at;
	} rows[] = {
		/* adrp x27,.; ldr x0,[x27,#3024]; ret */
		{ BYTES("\x1b\x00\x00\x90\x60\xeb\x45\xf9\xc0\x03\x5f\xd6"), 0, 4 },
		/* mov x27,#1; movk x27,#2,lsl #16; add x0,x0,x27; ret */
		{ BYTES("\x3b\x00\x80\xd2\x5b\x00\xa0\xf2\x00\x00\x1b\x8b\xc0\x03\x5f\xd6"), 0, 8 },
		/* adrp x0,.; ret: no such sequence */
		{ BYTES("\x00\x00\x00\x90\xc0\x03\x5f\xd6"), 0, 0 },
		/* adrp x27,.; ldaxr x0,[x27]; cbz x0,.-4: the kernel refuses the second, and it is a loop's */
		{ BYTES("\x1b\x00\x00\x90\x60\xff\x5f\xc8\xe0\xff\xff\xb4\xc0\x03\x5f\xd6"),
		  -ENOTSUP, 0 },
		/* adrp x27,.; ldr x0,[x27]; cbz x0,.-4 */
		{ BYTES("\x1b\x00\x00\x90\x60\x03\x40\xf9\xe0\xff\xff\xb4\xc0\x03\x5f\xd6"),
		  -ENOTSUP, 0 },
		/* adrp x27,. and no more */
		{ BYTES("\x1b\x00\x00\x90"), -ENOTSUP, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct convention *convention = convention_for(MACHINE_ARM64, 27, false);
		struct code code = { 0 };
		struct site site = { 0 };
		uint64_t offset;

		put(&code, rows[i].bytes, rows[i].size);
		if (find_in(&code, MACHINE_ARM64, convention, code.size, &site, &offset) !=
		    rows[i].result)
			fail_msg("row %zu", i);
		if (rows[i].result == 0) {
			assert_int_equal(site.kind, SITE_ENTRY);
			assert_int_equal(site.address, ENTRY + rows[i].at);
		}
	}
}

/* In a segment that is not executable no probe can be placed. */
static void refuses_what_is_no_code(void **state)
{
	static const struct {
		enum machine machine;
		const char *bytes;
		int result;
	} rows[] = {
		{ MACHINE_AMD64, "\x06\x06\x06\x06\x06\x06\x06\x06",
		  -EBADMSG }, /* push %es: not in 64 bits */
		{ MACHINE_AMD64, "\x90\x06\x06\x06\x06\x06\x06\x06", 0 },
		/*
		 * A jump of some later instruction set; data; svc #0; mrs x0,tpidr_el0; ldaxr x0,[x1]; nop.
		 */
		{ MACHINE_ARM64, "\x00\x00\x00\x74\xc0\x03\x5f\xd6", -EBADMSG },
		{ MACHINE_ARM64, "\x00\x00\x00\x00\xc0\x03\x5f\xd6", -ENOTSUP },
		{ MACHINE_ARM64, "\x01\x00\x00\xd4\xc0\x03\x5f\xd6", -ENOTSUP },
		{ MACHINE_ARM64, "\x40\xd0\x3b\xd5\xc0\x03\x5f\xd6", -ENOTSUP },
		{ MACHINE_ARM64, "\x20\xfc\x5f\xc8\xc0\x03\x5f\xd6", -ENOTSUP },
		{ MACHINE_ARM64, "\x1f\x20\x03\xd5\xc0\x03\x5f\xd6", 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct convention *convention = convention_for(rows[i].machine, 27, false);
		struct code code = { 0 };
		struct site site = { 0 };
		uint64_t offset;

		put(&code, rows[i].bytes, 8);
		assert_int_equal(find_in(&code, rows[i].machine, convention, code.size, &site,
					 &offset),
				 rows[i].result);
	}
}

static void refuses_other_segments(void **state)
{
	const struct convention *convention = convention_for(MACHINE_AMD64, 27, false);
	struct function function = { "main.f", ENTRY, ENTRY + 16 }, outside = { "main.g", 16, 32 };
	struct site site = { .address = 77 };
	struct elf_builder elf;
	struct error err = { 0 };
	struct image *image;
	uint64_t offset;

	elf_init(&elf);
	offset = elf_append(&elf, NULL, 256);
	elf_segment(&elf, PT_LOAD, PF_R | PF_W, CODE, offset, 256, 256);
	elf_finish(&elf, ET_EXEC, EM_X86_64);
	assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
	assert_int_equal(begin_site_find(image, convention, &function, &site, &err), -EBADMSG);
	assert_non_null(strstr(err.what, "main.f"));
	assert_true(begin_site_find(image, convention, &outside, &site, NULL) < 0);
	assert_int_equal(site.address, 77);
	image_close(image);
	elf_release(&elf);
}

/* ---- calls in the middle of a function ---- */

/* A function that makes `count` calls of the function `distance` bytes after its start. */
static void put_caller(struct code *code, const struct prologue *prologue, size_t count,
		       int32_t distance)
{
	put_prologue(code, prologue);
	put_body(code, prologue->machine);
	for (size_t i = 0; i < count; i++) {
		int32_t to = distance - (int32_t)code->size;

		if (prologue->machine == MACHINE_ARM64) {
			put_word(code, 0x94000000 | (to / 4 & 0x3ffffff));
			continue;
		}
		to -= 5;
		PUT(code, "\xe8");
		put(code, &to, sizeof(to));
	}
	put_body(code, prologue->machine);
	aim(code, code->size);
	put_slow_path(code, prologue->machine, true);
}

static int find_call_in(const struct code *code, const struct prologue *prologue, uint64_t callee,
			enum site_kind kind, struct site *ret_site, uint64_t *ret_code_offset,
			int *ret_count)
{
	struct function function = { "main.f", ENTRY, ENTRY + code->size };
	struct function called = { "main.g", callee, callee + 16 };
	struct elf_builder elf;
	struct image *image;
	struct error err = { 0 };
	int r;

	*ret_code_offset = elf_of_code(&elf, ENTRY, code->bytes, code->size,
				       prologue->machine == MACHINE_ARM64 ? EM_AARCH64 : EM_X86_64);
	assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
	r = call_site_find(
		image, convention_for(prologue->machine, prologue->minor, prologue->minor == 17),
		&function, &called, kind, ret_site, &err);
	assert_int_equal(err.code, r);
	*ret_count = call_site_count(image, &function, &called, NULL);
	image_close(image);
	elf_release(&elf);
	return r;
}

static void assert_call_site(const struct code *code, const struct prologue *prologue,
			     uint64_t callee, enum site_kind kind, size_t wanted)
{
	struct site site = { 0 };
	uint64_t offset;
	int count;

	assert_int_equal(find_call_in(code, prologue, callee, kind, &site, &offset, &count), 0);
	assert_int_equal(count, 1);
	assert_int_equal(site.kind, kind);
	assert_int_equal(site.address, ENTRY + wanted);
	assert_int_equal(site.file_offset, offset + wanted);
	assert_true(site.skip_if_set == 0 && site.skip_if_clear == 0);
	/* At this call the register in which the stack check found g may contain something else. */
	assert_int_equal(site.goroutine_register, prologue->machine == MACHINE_ARM64 ? X28 :
						  prologue->minor < 18		     ? NONE :
										       R14);
	assert_int_equal(site.goroutine_offset, prologue->goroutine_offset);
}

static void assert_no_call_site(const struct code *code, const struct prologue *prologue,
				uint64_t callee, int code_wanted, int count_wanted)
{
	struct site site = { .address = 77 };
	uint64_t offset;
	int count;

	for (enum site_kind kind = SITE_CALL; kind <= SITE_AFTER_CALL; kind++) {
		assert_int_equal(find_call_in(code, prologue, callee, kind, &site, &offset, &count),
				 code_wanted);
		assert_int_equal(count, count_wanted);
		assert_int_equal(site.address, 77);
	}
}

static void goes_on_behind_what_repeats(void **state)
{
	const struct prologue *arm64 = &prologues[18];
	struct code code = { 0 };

	put_word(&code, 0x94004000); /* bl .+0x10000 */
	put_word(&code, 0x9000001b); /* adrp x27,. */
	put_word(&code, 0xf945eb60); /* ldr x0,[x27,#3024] */
	put_word(&code, 0xd65f03c0); /* ret */
	assert_call_site(&code, arm64, ENTRY + 0x10000, SITE_CALL, 0);
	assert_call_site(&code, arm64, ENTRY + 0x10000, SITE_AFTER_CALL, 8);
}

/* Returns how far behind the call the site is: of the code "head; call; rest" with the registers of this release. */
static size_t behind_call(uint32_t minor, const char *head, size_t head_size, const char *rest,
			  size_t rest_size)
{
	struct prologue prologue = { .machine = MACHINE_AMD64, .minor = minor };
	struct code code = { 0 };
	struct site site = { 0 };
	uint64_t offset;
	int count;

	put(&code, head, head_size);
	PUT(&code, "\xe8\x00\x00\x01\x00"); /* call .+0x10005 */
	put(&code, rest, rest_size);
	assert_int_equal(find_call_in(&code, &prologue, ENTRY + head_size + 0x10005,
				      SITE_AFTER_CALL, &site, &offset, &count),
			 0);
	return site.address - (ENTRY + head_size + 5);
}

#define BEHIND_CALL(minor, head, rest) \
	behind_call(minor, head, sizeof(head) - 1, rest, sizeof(rest) - 1)

/* mov 0x68(%rsp),%rdx; mov %rdi,0xf0(%rdx); cmpl $0,0x100(%rip); je .+4; ret; ret; ret */
#define TO_JUMP "\x48\x8b\x54\x24\x68\x48\x89\xba\xf0\x00\x00\x00\x83\x3d\x00\x01\x00\x00\x00"
#define JUMP "\x74\x02\xc3\xc3\xc3"

/* The jump is emulated; the results are in their registers there, and only the call leads to it. */
static void prefers_the_jump_behind_a_call(void **state)
{
	assert_int_equal(BEHIND_CALL(24, "", TO_JUMP JUMP), 19);
	assert_int_equal(BEHIND_CALL(24, "", JUMP), 0);
	/* mov %rdi,%rbx: a result is overwritten; push %rdx: the stack moves. */
	assert_int_equal(BEHIND_CALL(24, "", "\x48\x89\xfb" JUMP), 0);
	assert_int_equal(BEHIND_CALL(24, "", "\x52" JUMP), 0);
	/* Another call, or a return, comes first. */
	assert_int_equal(BEHIND_CALL(24, "", "\x90\xe8\x00\x02\x00\x00" JUMP), 0);
	assert_int_equal(BEHIND_CALL(24, "", "\x90\xc3" JUMP), 0);
	/* jmp to the jump, to what is before it, over it, and to an address in a register. */
	assert_int_equal(BEHIND_CALL(24, "\x74\x18", TO_JUMP JUMP), 0);
	assert_int_equal(BEHIND_CALL(24, "\x74\x0a", TO_JUMP JUMP), 0);
	assert_int_equal(BEHIND_CALL(24, "\x74\x1a", TO_JUMP JUMP), 19);
	assert_int_equal(BEHIND_CALL(24, "\xff\xe0", TO_JUMP JUMP), 0);
	/* Results on the stack are not followed. */
	assert_int_equal(BEHIND_CALL(16, "", TO_JUMP JUMP), 0);
}

static void finds_the_one_call(void **state)
{
	enum { DISTANCE = 0x10000 };
	const uint64_t callee = ENTRY + DISTANCE;

	for (size_t i = 0; i < sizeof(prologues) / sizeof(prologues[0]); i++) {
		const struct prologue *prologue = &prologues[i];
		struct code begin = { 0 }, one = { 0 }, none = { 0 }, two = { 0 };

		put_prologue(&begin, prologue);
		put_body(&begin, prologue->machine);
		put_caller(&one, prologue, 1, DISTANCE);
		assert_call_site(&one, prologue, callee, SITE_CALL, begin.size);
		assert_call_site(&one, prologue, callee, SITE_AFTER_CALL,
				 begin.size + (prologue->machine == MACHINE_ARM64 ? 4 : 5));
		put_caller(&none, prologue, 0, DISTANCE);
		assert_no_call_site(&none, prologue, callee, -ENOENT, 0);
		put_caller(&two, prologue, 2, DISTANCE);
		assert_no_call_site(&two, prologue, callee, -E2BIG, 2);
		assert_no_call_site(&two, prologue, callee + 4, -ENOENT, 0);
		/* A call at the very end of the code has no instruction after it. */
		one.size = begin.size + (prologue->machine == MACHINE_ARM64 ? 4 : 5);
		assert_call_site(&one, prologue, callee, SITE_CALL, begin.size);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_each_prologue),
		cmocka_unit_test(follows_far_jumps),
		cmocka_unit_test(takes_the_entry_without_a_check),
		cmocka_unit_test(refuses_entries_that_are_no_site),
		cmocka_unit_test(jumps_elsewhere_are_no_check),
		cmocka_unit_test(jumps_out_of_the_function_are_no_check),
		cmocka_unit_test(survives_truncation),
		cmocka_unit_test(refuses_what_is_no_function),
		cmocka_unit_test(refuses_what_is_no_code),
		cmocka_unit_test(enters_behind_what_repeats),
		cmocka_unit_test(goes_on_behind_what_repeats),
		cmocka_unit_test(refuses_other_segments),
		cmocka_unit_test(prefers_the_jump_behind_a_call),
		cmocka_unit_test(finds_the_one_call),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
