/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "elf_builder.h"
#include "spill_site.h"

#define CODE 0x400000u

enum { R14 = 1, RAX = 10 }; /* pt_regs indices */
enum { X0 = 1 << 0, X1 = 1 << 1 };

#define CHECK "\x49\x3b\x66\x10\x76\x80" /* cmp 16(%r14),%rsp; jbe */
enum { JUMP = 4, BEGIN = 6 };
#define FRAME "\x55\x48\x89\xe5\x48\x83\xec\x10" /* push %rbp; mov %rsp,%rbp; sub $16,%rsp */
enum { DROP = 24 };
#define STORE_X0 "\xf2\x0f\x11\x44\x24\x28" /* movsd %xmm0,40(%rsp) */
#define STORE_X1 "\xf3\x0f\x11\x4c\x24\x30" /* movss %xmm1,48(%rsp) */
#define COPY_X0 "\x66\x48\x0f\x7e\xc0"	    /* movq %xmm0,%rax */
#define CALL "\xe8\x00\x01\x00\x00"
#define RETURN "\xc3"

static const struct site ordinary = {
	.kind = SITE_STACK_CHECK,
	.address = CODE + JUMP,
	.skip_if_set = 0x41,
	.goroutine_register = R14,
};

static int find_in(const char *code, size_t size, int elf_machine, const struct site *begin,
		   struct argument_use use, struct spill_site *ret_spill)
{
	struct function function = { "main.f", CODE, CODE + size };
	struct elf_builder elf;
	struct image *image;
	uint64_t offset;
	int r;

	offset = elf_of_code(&elf, CODE, code, size, elf_machine);
	assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
	r = spill_site_find(image, &function, begin, &use, ret_spill, NULL);
	if (r == 0)
		assert_int_equal(ret_spill->site.file_offset,
				 offset + ret_spill->site.address - CODE);
	image_close(image);
	elf_release(&elf);
	return r;
}

#define FIND(text, use, spill) find_in(text, sizeof(text) - 1, EM_X86_64, &ordinary, use, spill)
#define USE(...) ((struct argument_use){ __VA_ARGS__ })

static void assert_on_stack(const struct held *held, uint8_t size, int32_t offset)
{
	assert_int_equal(held->holder, HOLDER_STACK);
	assert_int_equal(held->size, size);
	assert_int_equal(held->offset, offset);
}

static void assert_nowhere(const char *name, int result)
{
	if (result != -ENOENT)
		fail_msg("%s: %d", name, result);
}

#define ASSERT_NOWHERE(text, ...) \
	assert_nowhere(#text, FIND(text, USE(__VA_ARGS__), &(struct spill_site){ 0 }))

/* Finds the first place at which all floats can be read. The flags of the stack check do not matter there. */
static void lands_after_stores(void **state)
{
	struct spill_site spill;

	assert_int_equal(FIND(CHECK FRAME STORE_X0 STORE_X1 "\x90" CALL RETURN,
			      USE(.floats = X0 | X1, .integers = 1 << RAX), &spill),
			 0);
	assert_int_equal(spill.site.kind, SITE_AFTER_SPILL);
	assert_int_equal(spill.site.address, CODE + BEGIN + 8 + 6 + 6);
	assert_int_equal(spill.site.stack_drop, DROP);
	assert_true(spill.site.skip_if_set == 0 && spill.site.skip_if_clear == 0);
	assert_int_equal(spill.site.goroutine_register, R14);
	assert_on_stack(&spill.floats[0], 8, 40);
	assert_on_stack(&spill.floats[1], 4, 48);
}

/* SP may still change after a float was stored. */
static void follows_stack_pointer(void **state)
{
	struct spill_site spill;

	assert_int_equal(FIND(CHECK "\xf2\x0f\x11\x44\x24\x10" FRAME STORE_X1 CALL,
			      USE(.floats = X0 | X1), &spill),
			 0);
	assert_on_stack(&spill.floats[0], 8, 16 + DROP);
	assert_on_stack(&spill.floats[1], 4, 48);
}

static void lands_in_register(void **state)
{
	struct spill_site spill;

	assert_int_equal(FIND(CHECK FRAME COPY_X0 CALL, USE(.floats = X0), &spill), 0);
	assert_int_equal(spill.floats[0].holder, HOLDER_INTEGER);
	assert_int_equal(spill.floats[0].index, RAX);
	assert_int_equal(spill.floats[0].size, 8);
	/* A copy in a register that carried another argument does not count. */
	ASSERT_NOWHERE(CHECK FRAME COPY_X0 CALL, .floats = X0, .integers = 1 << RAX);
}

static void lands_from_entry(void **state)
{
	const struct site entry = { .kind = SITE_ENTRY,
				    .address = CODE,
				    .goroutine_register = R14 };
	static const char code[] = "\xf2\x0f\x11\x44\x24\x08" RETURN;
	struct spill_site spill;

	assert_int_equal(
		find_in(code, sizeof(code) - 1, EM_X86_64, &entry, USE(.floats = X0), &spill), 0);
	assert_int_equal(spill.site.address, CODE + 6);
	assert_int_equal(spill.site.stack_drop, 0);
}

#define ARM64_CHECK \
	"\x90\x0b\x40\xf9\xff\x63\x30\xeb\x09\x08\x00\x54" /* ldr x16,[x28,#16]; cmp sp,x16; b.ls */
enum { ARM64_JUMP = 8, ARM64_BEGIN = 12, X28 = 28 };
#define ARM64_FRAME "\xfe\x0f\x1d\xf8"	  /* str x30,[sp,#-48]! */
#define ARM64_STORE_D0 "\xe0\x17\x00\xfd" /* str d0,[sp,#40] */
#define ARM64_CALL "\xf0\xff\xff\x97"

static int find_arm64(const char *code, size_t size, struct argument_use use,
		      struct spill_site *spill)
{
	const struct site begin = {
		.kind = SITE_STACK_CHECK,
		.address = CODE + ARM64_JUMP,
		.goroutine_register = X28,
	};

	return find_in(code, size - 1, EM_AARCH64, &begin, use, spill);
}

static void lands_on_arm64(void **state)
{
	/* A small frame; stur x29,[sp,#-8]; sub x29,sp,#8. */
	static const char small[] = ARM64_CHECK ARM64_FRAME
		"\xfd\x83\x1f\xf8\xfd\x23\x00\xd1" ARM64_STORE_D0 ARM64_CALL;
	/* sub x20,sp,#336; stp x29,x30,[x20,#-8]; mov sp,x20; sub x29,sp,#8. */
	static const char large[] = ARM64_CHECK
		"\xf4\x43\x05\xd1\x9d\xfa\x3f\xa9\x9f\x02\x00\x91\xfd\x23\x00\xd1" ARM64_STORE_D0
			ARM64_CALL;
	/* fmov x3,d0: a copy, unless x3 holds an argument that the plan reads. */
	static const char copied[] = ARM64_CHECK ARM64_FRAME "\x03\x00\x66\x9e" ARM64_CALL;
	/* mov x28,x0: the goroutine is lost. */
	static const char lost[] = ARM64_CHECK ARM64_FRAME
		"\xfc\x03\x00\xaa" ARM64_STORE_D0 ARM64_CALL;
	static const char repeated[] = ARM64_CHECK ARM64_FRAME ARM64_STORE_D0
		"\x1b\x00\x00\x90\x60\xeb\x45\xf9" ARM64_CALL;
	struct spill_site spill;

	assert_int_equal(find_arm64(small, sizeof(small), USE(.floats = X0, .integers = 1), &spill),
			 0);
	assert_int_equal(spill.site.address, CODE + ARM64_BEGIN + 16);
	assert_int_equal(spill.site.stack_drop, 48);
	assert_on_stack(&spill.floats[0], 8, 40);
	assert_int_equal(find_arm64(large, sizeof(large), USE(.floats = X0, .integers = 1), &spill),
			 0);
	assert_int_equal(spill.site.address, CODE + ARM64_BEGIN + 20);
	assert_int_equal(spill.site.stack_drop, 336);
	assert_on_stack(&spill.floats[0], 8, 40);
	assert_int_equal(
		find_arm64(copied, sizeof(copied), USE(.floats = X0, .integers = 1), &spill), 0);
	assert_int_equal(spill.floats[0].holder, HOLDER_INTEGER);
	assert_int_equal(spill.floats[0].index, 3);
	assert_nowhere("copied", find_arm64(copied, sizeof(copied),
					    USE(.floats = X0, .integers = 1 << 3), &spill));
	/* The site is behind instructions that Go may repeat: adrp x27,.; ldr x0,[x27,#3024]. */
	assert_int_equal(find_arm64(repeated, sizeof(repeated), USE(.floats = X0), &spill), 0);
	assert_int_equal(spill.site.address, CODE + ARM64_BEGIN + 12);
	assert_nowhere("lost", find_arm64(lost, sizeof(lost), USE(.floats = X0), &spill));
}

/* One of two floats is enough. Its slot may be overwritten after the site. */
static void takes_what_it_can(void **state)
{
	struct spill_site spill;

	assert_int_equal(FIND(CHECK FRAME STORE_X0
			      "\x48\x89\x5c\x24\x28" CALL, /* mov %rbx,40(%rsp) */
			      USE(.floats = X0 | X1), &spill),
			 0);
	assert_int_equal(spill.site.address, CODE + BEGIN + 8 + 6);
	assert_int_equal(spill.floats[0].holder, HOLDER_STACK);
	assert_int_equal(spill.floats[1].holder, HOLDER_NONE);
}

/* The kernel refuses a probe at this place, but not one instruction later. */
static void passes_over_prefixes(void **state)
{
	struct spill_site spill;

	/* vmovaps %zmm1,%zmm2, which has an EVEX prefix. */
	assert_int_equal(FIND(CHECK FRAME STORE_X0 "\x62\xf1\x7c\x48\x28\xd1" CALL,
			      USE(.floats = X0), &spill),
			 0);
	assert_int_equal(spill.site.address, CODE + BEGIN + 8 + 6 + 6);

	assert_int_equal(FIND(CHECK FRAME STORE_X0 "\x66\x2e\x0f\x1f\x84\x00\x00\x00\x00\x00" CALL,
			      USE(.floats = X0), &spill),
			 0);
	assert_int_equal(spill.site.address, CODE + BEGIN + 8 + 6 + 10);
}

static void lands_nowhere(void **state)
{
	static const char arm64[] = "\xc0\x03\x5f\xd6";
	struct spill_site spill;

	/* The function branches before the place. */
	ASSERT_NOWHERE(CHECK FRAME "\x85\xc0\x74\x00" STORE_X0 CALL, .floats = X0);
	/* Another function was called before, or execution may continue here more than once. */
	ASSERT_NOWHERE(CHECK FRAME CALL STORE_X0 CALL, .floats = X0);
	ASSERT_NOWHERE(CHECK FRAME STORE_X0 CALL "\xeb\xeb", .floats = X0);
	ASSERT_NOWHERE(CHECK FRAME STORE_X0 CALL "\xff\xe0", .floats = X0);
	ASSERT_NOWHERE(CHECK FRAME STORE_X0 CALL "\x06", .floats = X0);
	/* Memory behind pointers has changed. */
	ASSERT_NOWHERE(CHECK FRAME "\x48\x89\x0b" STORE_X0 CALL, .floats = X0);
	ASSERT_NOWHERE(CHECK FRAME "\xf0\x48\x0f\xc1\x03" STORE_X0 CALL, .floats = X0);
	/*
	 * fxsave (%rsp), which stores 512 bytes, and maskmovdqu %xmm1,%xmm2, which stores where RDI points,
	 * change memory, too.
	 */
	ASSERT_NOWHERE(CHECK FRAME "\x0f\xae\x04\x24" STORE_X0 CALL, .floats = X0);
	ASSERT_NOWHERE(CHECK FRAME "\x66\x0f\xf7\xd1" STORE_X0 CALL, .floats = X0);
	/* The register of the float, of the goroutine or an unknown one has another value. */
	ASSERT_NOWHERE(CHECK FRAME "\xf2\x0f\x58\xc1" STORE_X0 CALL, .floats = X0);
	ASSERT_NOWHERE(CHECK FRAME "\x45\x31\xf6" STORE_X0 CALL, .floats = X0);
	ASSERT_NOWHERE(CHECK FRAME "\xb4\x01" STORE_X0 CALL, .floats = X0);
	/* The store may change a parameter on the stack. */
	ASSERT_NOWHERE(CHECK FRAME STORE_X0 CALL, .floats = X0, .stack_end = 40 - DROP + 1);
	/* The stored float is no argument, or nothing is stored. */
	ASSERT_NOWHERE(CHECK FRAME STORE_X0 CALL, .floats = X1);
	ASSERT_NOWHERE(CHECK FRAME CALL, .floats = X0);
	/* SP is unknown, or higher than possible. */
	ASSERT_NOWHERE(CHECK "\x48\x89\xc4" STORE_X0 CALL, .floats = X0);
	ASSERT_NOWHERE(CHECK "\x48\x83\xc4\x10" STORE_X0 CALL, .floats = X0);
	assert_nowhere("arm64", find_in(arm64, 4, EM_AARCH64,
					&(struct site){ .kind = SITE_ENTRY, .address = CODE },
					USE(.floats = X0), &spill));
}

/* Whatever the bytes, the site is an instruction within them, and the frame has a possible size. */
static void survives_any_bytes(void **state)
{
	static const char tail[] = STORE_X0 STORE_X1 COPY_X0 CALL;
	const struct site entry = { .kind = SITE_ENTRY,
				    .address = CODE,
				    .goroutine_register = R14 };
	struct spill_site spill;
	char code[48];
	uint32_t seed = 1;

	for (int i = 0; i < 3000; i++) {
		for (size_t j = 0; j < sizeof(code); j++) {
			seed = seed * 1664525 + 1013904223;
			code[j] = (char)(seed >> 24);
		}
		memcpy(code + seed % 20, tail, sizeof(tail) - 1);
		if (find_in(code, sizeof(code), EM_X86_64, &entry,
			    USE(.floats = X0 | X1, .integers = 1 << RAX), &spill) < 0)
			continue;
		assert_in_range(spill.site.address, CODE + 1, CODE + sizeof(code) - 1);
		assert_true(spill.site.stack_drop < 1 << 24);
	}
}

static void says_why_a_large_function_is_not_read(void **state)
{
	const struct function function = { "main.f", CODE, CODE + (1 << 18) + 1 };
	const struct argument_use use = { .floats = X0 };
	struct spill_site spill;
	struct error err = { 0 };
	struct elf_builder elf;
	struct image *image;

	elf_init(&elf);
	elf_segment(&elf, PT_LOAD, PF_R | PF_X, CODE, 0, 64, 64);
	elf_finish(&elf, ET_EXEC, EM_X86_64);
	assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
	assert_int_equal(spill_site_find(image, &function, &ordinary, &use, &spill, &err), -E2BIG);
	assert_non_null(strstr(err.what, "main.f is larger"));
	image_close(image);
	elf_release(&elf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lands_after_stores),
		cmocka_unit_test(follows_stack_pointer),
		cmocka_unit_test(lands_in_register),
		cmocka_unit_test(lands_from_entry),
		cmocka_unit_test(lands_on_arm64),
		cmocka_unit_test(takes_what_it_can),
		cmocka_unit_test(passes_over_prefixes),
		cmocka_unit_test(lands_nowhere),
		cmocka_unit_test(survives_any_bytes),
		cmocka_unit_test(says_why_a_large_function_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
