/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "breakpoint.h"

/* An instruction that is never executed and lies in one page. */
static void __attribute__((used, noinline, aligned(64))) probed(void)
{
	__asm__ volatile("");
}

static uint8_t *instruction(void)
{
	return (uint8_t *)(uintptr_t)probed;
}

struct mapping {
	uint64_t start, end, offset;
};

/* Returns the mapping of our file that contains the instruction. */
static struct mapping mapping_find(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	uint64_t address = (uintptr_t)probed;
	struct mapping mapping;
	bool found = false;
	char line[512];

	assert_non_null(maps);
	while (!found && fgets(line, sizeof(line), maps))
		found = sscanf(line, "%" SCNx64 "-%" SCNx64 " %*4s %" SCNx64, &mapping.start,
			       &mapping.end, &mapping.offset) == 3 &&
			address >= mapping.start && address < mapping.end;
	fclose(maps);
	assert_true(found);
	return mapping;
}

/* Makes the whole mapping writable, so that it stays one mapping. */
static void change(const struct mapping *mapping, size_t byte, uint8_t mask)
{
	void *begin = (void *)(uintptr_t)mapping->start;
	size_t size = mapping->end - mapping->start;

	assert_int_equal(mprotect(begin, size, PROT_READ | PROT_WRITE | PROT_EXEC), 0);
	instruction()[byte] ^= mask;
	assert_int_equal(mprotect(begin, size, PROT_READ | PROT_EXEC), 0);
}

/* arm64: brk #5 is a0 00 20 d4; ldr x0,[x5] is a0 00 40 f9 and has two of these bytes. */
static void sees_any_byte_of_it(void **state)
{
	struct mapping mapping = mapping_find();
	uint64_t offset = (uintptr_t)probed - mapping.start + mapping.offset;

	assert_int_equal(breakpoint_stands((uint32_t)getpid(), NULL, offset), 0);
	for (size_t byte = 0; byte < 4; byte++) {
		change(&mapping, byte, 0x60);
		assert_int_equal(breakpoint_stands((uint32_t)getpid(), NULL, offset), 1);
		change(&mapping, byte, 0x60);
	}
	assert_int_equal(breakpoint_stands((uint32_t)getpid(), NULL, offset), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sees_any_byte_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
