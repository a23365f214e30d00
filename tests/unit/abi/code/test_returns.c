/* SPDX-License-Identifier: MIT */
/* Finds where a function returns: either all places, or a reason why they cannot be found. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "elf_builder.h"
#include "return_sites.h"

#define CODE 0x400000u

#define RETURN "\xc3"
#define NOP "\x90"
#define FILL "\xcc\xcc\xcc"  /* padding after functions of amd64 */
#define JUMP_BACK "\xeb\xfd" /* to the instruction before */
#define JUMP_OUT "\xe9\x00\x01\x00\x00"
#define BRANCH_OUT "\x0f\x84\x00\x01\x00\x00"
#define CALL_OUT "\xe8\x00\x01\x00\x00"
#define JUMP_ANYWHERE "\xff\xe0"
#define UNKNOWN "\x06"

static int find_in(const char *code, size_t size, int elf_machine, struct return_sites *ret_sites,
		   struct error *err)
{
	const struct go_version version = { .text = "go1.19", .number = GO_VERSION(19, 0) };
	struct function function = { "main.f", CODE, CODE + size };
	struct elf_builder elf;
	struct image *image;
	uint64_t offset;
	int r;

	offset = elf_of_code(&elf, CODE, code, size, elf_machine);
	assert_int_equal(image_open(elf_save(&elf), &image, NULL), 0);
	r = return_sites_find(image, convention_of(image_machine(image), &version), &function,
			      ret_sites, err);
	for (size_t i = 0; r == 0 && i < ret_sites->count; i++)
		ret_sites->file_offsets[i] -= offset;
	image_close(image);
	elf_release(&elf);
	return r;
}

#define FIND(text, sites) find_in(text, sizeof(text) - 1, EM_X86_64, sites, NULL)

static void assert_refused(const char *code, size_t size, int wanted, const char *reason)
{
	struct return_sites sites = { .count = 77 };
	struct error err = { 0 };

	assert_int_equal(find_in(code, size, EM_X86_64, &sites, &err), wanted);
	assert_non_null(strstr(err.what, "main.f"));
	assert_non_null(strstr(err.what, reason));
	assert_int_equal(sites.count, 77);
}

#define ASSERT_REFUSED(text, wanted, reason) assert_refused(text, sizeof(text) - 1, wanted, reason)

static void finds_each_return(void **state)
{
	struct return_sites sites;

	assert_int_equal(FIND(NOP RETURN NOP NOP RETURN FILL, &sites), 0);
	assert_int_equal(sites.count, 2);
	assert_int_equal(sites.file_offsets[0], 1);
	assert_int_equal(sites.file_offsets[1], 4);
	assert_int_equal(sites.first.kind, SITE_RETURN);
	assert_int_equal(sites.first.address, CODE + 1);
	return_sites_release(&sites);
}

/* Loops, jump tables and calls do not matter. */
static void stays_within(void **state)
{
	struct return_sites sites;

	assert_int_equal(FIND(NOP JUMP_BACK JUMP_ANYWHERE CALL_OUT RETURN, &sites), 0);
	assert_int_equal(sites.count, 1);
	return_sites_release(&sites);
}

static void reads_to_the_end(void **state)
{
	static const char arm64[] = "\xc0\x03\x5f\xd6\0\0\0\0\0\0\0"; /* ret, with padding */
	struct return_sites sites;

	assert_int_equal(find_in(arm64, sizeof(arm64), EM_AARCH64, &sites, NULL), 0);
	assert_int_equal(sites.count, 1);
	return_sites_release(&sites);
	ASSERT_REFUSED(RETURN UNKNOWN RETURN, -EBADMSG, "an unknown instruction");
}

/* On AArch64 unknown instructions that neither jump nor return are skipped, and so are constants. */
static void passes_over_what_goes_on(void **state)
{
	static const char atomics[] = "\x03\x00\xe2\xb8" /* ldaddal w2,w3,[x0] */
				      "\x62\xfc\xe1\xc8" /* casal x1,x2,[x3] */
				      "\xc0\x03\x5f\xd6" /* ret */
				      "\x5f\x41\x03\xd5" /* msr dit,#1 */
				      "\xc0\x03\x5f\xd6";
	static const char constants[] = "\x80\x00\x00\x58" /* ldr x0,.+16 */
					"\xc0\x03\x5f\xd6"
					"\x00\x00\x00\x14" /* b . */
					"\x78\x00\x01\x00" /* loaded by nothing */
					"\xc0\x03\x5f\xd6\xc0\x03\x5f\xd6";
	static const char unknown[] = "\xc0\x03\x5f\xd6\x00\x00\x00\x74\xc0\x03\x5f\xd6";
	struct return_sites sites;

	assert_int_equal(find_in(atomics, sizeof(atomics) - 1, EM_AARCH64, &sites, NULL), 0);
	assert_int_equal(sites.count, 2);
	return_sites_release(&sites);
	assert_int_equal(find_in(constants, sizeof(constants) - 1, EM_AARCH64, &sites, NULL), 0);
	assert_int_equal(sites.count, 1);
	return_sites_release(&sites);
	assert_int_equal(find_in(unknown, sizeof(unknown) - 1, EM_AARCH64, &sites, NULL), -EBADMSG);
}

static void refuses_other_ways_out(void **state)
{
	ASSERT_REFUSED(NOP FILL, -ENOENT, "never returns");
	ASSERT_REFUSED(JUMP_OUT, -ENOENT, "jumps to another");
	ASSERT_REFUSED(RETURN JUMP_OUT, -ENOENT, "jumps to another");
	ASSERT_REFUSED(BRANCH_OUT RETURN, -ENOENT, "jumps to another");
	assert_refused("", 0, -EBADMSG, "is empty");
}

static void bounds_what_is_probed(void **state)
{
	static char returns[1025], large[(1 << 20) + 1];

	memset(returns, '\xc3', sizeof(returns));
	memset(large, '\x90', sizeof(large));
	assert_refused(returns, sizeof(returns), -E2BIG, "more than 1024 places");
	assert_refused(large, sizeof(large), -E2BIG, "is larger than 1048576 bytes");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_each_return),
		cmocka_unit_test(stays_within),
		cmocka_unit_test(reads_to_the_end),
		cmocka_unit_test(passes_over_what_goes_on),
		cmocka_unit_test(refuses_other_ways_out),
		cmocka_unit_test(bounds_what_is_probed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
