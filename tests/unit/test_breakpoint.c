/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "breakpoint.h"

/* An instruction that is never executed, and never in two pages. */
static void __attribute__((used, noinline, aligned(64))) probed(void)
{
	__asm__ volatile("");
}

static uint8_t *instruction(void)
{
	return (uint8_t *)(uintptr_t)probed;
}

/* Where it is in our file. */
static uint64_t file_offset(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	uint64_t address = (uintptr_t)probed, start, end, offset, found = 0;
	char line[512];

	assert_non_null(maps);
	while (!found && fgets(line, sizeof(line), maps)) {
		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*4s %" SCNx64, &start, &end, &offset) ==
			    3 &&
		    address >= start && address < end)
			found = address - start + offset;
	}
	fclose(maps);
	assert_true(found);
	return found;
}

static void change(size_t byte, uint8_t mask)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *begin = (uint8_t *)((uintptr_t)instruction() & ~(page - 1));

	assert_int_equal(mprotect(begin, page, PROT_READ | PROT_WRITE | PROT_EXEC), 0);
	instruction()[byte] ^= mask;
	assert_int_equal(mprotect(begin, page, PROT_READ | PROT_EXEC), 0);
}

/* brk #5 of arm64 is a0 00 20 d4: ldr x0,[x5], a0 00 40 f9, has two bytes of it. */
static void sees_any_byte_of_it(void **state)
{
	uint64_t offset = file_offset();

	assert_int_equal(breakpoint_stands((uint32_t)getpid(), offset), 0);
	for (size_t byte = 0; byte < 4; byte++) {
		change(byte, 0x60);
		assert_int_equal(breakpoint_stands((uint32_t)getpid(), offset), 1);
		change(byte, 0x60);
	}
	assert_int_equal(breakpoint_stands((uint32_t)getpid(), offset), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sees_any_byte_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
