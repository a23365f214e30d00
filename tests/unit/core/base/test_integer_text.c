/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "integer_text.h"

static void assert_integer(bool negative, const uint64_t *words, size_t count, const char *wanted)
{
	struct text_buffer text = { 0 };
	uint64_t copy[8];

	for (size_t i = 0; i < count; i++)
		copy[i] = words[i];
	integer_text(&text, negative, copy, count);
	assert_false(text.failed);
	assert_int_equal(text.size, strlen(wanted));
	assert_memory_equal(text.data, wanted, text.size);
	text_buffer_release(&text);
}

#define ASSERT_INTEGER(negative, wanted, ...)                       \
	assert_integer(negative, (const uint64_t[]){ __VA_ARGS__ }, \
		       sizeof((const uint64_t[]){ __VA_ARGS__ }) / 8, wanted)

static void writes_integers(void **state)
{
	assert_integer(false, NULL, 0, "0");
	assert_integer(true, NULL, 0, "0");
	ASSERT_INTEGER(false, "0", 0, 0);
	ASSERT_INTEGER(false, "1", 1);
	ASSERT_INTEGER(true, "-1", 1, 0, 0);
	ASSERT_INTEGER(false, "18446744073709551615", UINT64_MAX);
	ASSERT_INTEGER(false, "10000000000000000000", UINT64_C(10000000000000000000));
	ASSERT_INTEGER(false, "9999999999999999999", UINT64_C(9999999999999999999));
	ASSERT_INTEGER(false, "18446744073709551616", 0, 1);
	ASSERT_INTEGER(true, "-340282366920938463463374607431768211455", UINT64_MAX, UINT64_MAX);
	/* 10^38, and 2^511. */
	ASSERT_INTEGER(false, "100000000000000000000000000000000000000",
		       UINT64_C(0x098a224000000000), UINT64_C(0x4b3b4ca85a86c47a));
	ASSERT_INTEGER(
		false,
		"67039039649712985497870124991029230637396829102961966888617807218608820150367"
		"73488400937149083451713845015929093243025426876941405973284973216824503042048",
		0, 0, 0, 0, 0, 0, 0, UINT64_C(1) << 63);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_integers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
