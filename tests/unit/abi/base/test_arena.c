/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "arena.h"

static void assert_zero(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		assert_int_equal(bytes[i], 0);
}

/* Pieces of all sizes, smaller and larger than a block, that do not overlap. */
static void pieces_are_zero_aligned_and_apart(void **state)
{
	enum { PIECES = 400 };
	struct arena arena = { 0 };
	uint8_t *pieces[PIECES];

	for (size_t i = 0; i < PIECES; i++) {
		pieces[i] = arena_alloc(&arena, i * i + 1, 1);
		assert_non_null(pieces[i]);
		assert_int_equal((uintptr_t)pieces[i] % _Alignof(max_align_t), 0);
		assert_zero(pieces[i], i * i + 1);
		memset(pieces[i], (int)i, i * i + 1);
	}
	for (size_t i = 0; i < PIECES; i++) {
		for (size_t at = 0; at < i * i + 1; at++)
			assert_int_equal(pieces[i][at], (uint8_t)i);
	}
	arena_finish(&arena);
	assert_null(arena.blocks);
}

/* Up to the limit everything is allocated, also in one piece; beyond it nothing is. */
static void a_limit_is_kept(void **state)
{
	struct arena arena = { .limit = 4096 };

	assert_non_null(arena_alloc(&arena, 1, 4096));
	assert_null(arena_alloc(&arena, 1, 1));
	arena_finish(&arena);
	assert_null(arena_alloc(&arena, 1, 4097));
	for (int i = 0; i < 64; i++)
		assert_non_null(arena_alloc(&arena, 4, 16));
	assert_null(arena_alloc(&arena, 1, 1));
	arena_finish(&arena);
}

static void sizes_that_no_memory_has_are_refused(void **state)
{
	struct arena arena = { 0 };

	assert_null(arena_alloc(&arena, SIZE_MAX, 2));
	assert_null(arena_alloc(&arena, SIZE_MAX, 1));
	assert_null(arena_alloc(&arena, SIZE_MAX / 2 + 1, 1));
	assert_null(arena_string(&arena, "x", SIZE_MAX));
	arena_finish(&arena);
}

static void strings_are_copied(void **state)
{
	struct arena arena = { 0 };
	char text[] = "shop and more";
	char *copy = arena_string(&arena, text, 4);

	text[0] = 'S';
	assert_string_equal(copy, "shop");
	assert_string_equal(arena_string(&arena, text, 0), "");
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_zero_aligned_and_apart),
		cmocka_unit_test(a_limit_is_kept),
		cmocka_unit_test(sizes_that_no_memory_has_are_refused),
		cmocka_unit_test(strings_are_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
