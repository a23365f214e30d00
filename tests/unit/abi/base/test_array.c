/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "array.h"

/* AddressSanitizer and valgrind check that an array never uses more room than it allocated. */
static void grows_by_one(void **state)
{
	uint32_t *items = NULL;
	size_t moves = 0;

	for (size_t count = 0; count < 5000; count++) {
		uint32_t *larger = array_grow(items, count, sizeof(*items));

		assert_non_null(larger);
		moves += larger != items;
		items = larger;
		items[count] = (uint32_t)count;
	}
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(items[i], i);
	assert_true(moves <= 11);
	free(items);
}

/* The array is cut at random between the additions. */
static void grows_after_it_shrank(void **state)
{
	uint32_t random = 1;
	uint64_t *items = NULL;
	size_t count = 0;

	for (int i = 0; i < 20000; i++) {
		random = random * 1103515245 + 12345;
		if (random >> 16 & 1) {
			items = array_grow(items, count, sizeof(*items));
			assert_non_null(items);
			items[count] = count;
			count++;
		} else if ((random >> 17 & 63) == 0) {
			count = count ? (random >> 24) % count : 0;
		}
	}
	for (size_t i = 0; i < count; i++)
		assert_int_equal(items[i], i);
	free(items);
}

static void refuses_more_than_there_can_be(void **state)
{
	char byte = 0;
	size_t capacity = 1;

	assert_null(array_grow(NULL, 0, SIZE_MAX / 2));
	assert_null(array_grow(NULL, SIZE_MAX / 2 + 1, 1));
	assert_null(array_reserve(&byte, SIZE_MAX, 1, &capacity));
	assert_int_equal(capacity, 1);
}

static void reserves_bytes(void **state)
{
	size_t capacity = 0;
	char *bytes = array_reserve(NULL, 3, 10, &capacity), *same;

	assert_non_null(bytes);
	assert_int_equal(capacity, 10);
	memset(bytes, 'a', 10);
	same = array_reserve(bytes, 10, 10, &capacity);
	assert_ptr_equal(same, bytes);
	bytes = array_reserve(bytes, 11, 10, &capacity);
	assert_non_null(bytes);
	assert_int_equal(capacity, 20);
	bytes = array_reserve(bytes, 81, 10, &capacity);
	assert_non_null(bytes);
	assert_int_equal(capacity, 160);
	assert_memory_equal(bytes, "aaaaaaaaaa", 10);
	free(bytes);
}

static int number_compare(const void *item, const void *key)
{
	uint32_t found = *(const uint32_t *)item, wanted = *(const uint32_t *)key;

	return (found > wanted) - (found < wanted);
}

static void finds_the_first_item_that_is_not_before_the_key(void **state)
{
	static const uint32_t numbers[] = { 1, 3, 3, 3, 8 };
	static const size_t wanted[] = { 0, 0, 1, 1, 4, 4, 4, 4, 4, 5 }; /* for the keys 0 to 9 */

	for (uint32_t key = 0; key < 10; key++)
		assert_int_equal(array_lower_bound(numbers, 5, sizeof(numbers[0]), &key,
						   number_compare),
				 wanted[key]);
	assert_int_equal(array_lower_bound(NULL, 0, sizeof(numbers[0]), &wanted, number_compare),
			 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_by_one),
		cmocka_unit_test(grows_after_it_shrank),
		cmocka_unit_test(refuses_more_than_there_can_be),
		cmocka_unit_test(reserves_bytes),
		cmocka_unit_test(finds_the_first_item_that_is_not_before_the_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
