/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bytes.h"

static const uint8_t data[] = { 0x01, 0x02, 0x03, 0x04, 0x85, 0x06, 0x07, 0x88, 0x09 };
static const struct bytes view = { data, sizeof(data) };

static void slices_are_clipped(void **state)
{
	assert_int_equal(bytes_slice(view, 2, 3).size, 3);
	assert_ptr_equal(bytes_slice(view, 2, 3).data, data + 2);
	assert_int_equal(bytes_slice(view, 2, UINT64_MAX).size, 7);
	assert_int_equal(bytes_slice(view, UINT64_MAX, UINT64_MAX).size, 0);
	assert_int_equal(bytes_slice(view, 9, 1).size, 0);
	assert_int_equal(bytes_slice((struct bytes){ NULL, 0 }, 0, 5).size, 0);
}

static void integers_are_bounded(void **state)
{
	uint8_t u8 = 7;
	uint16_t u16 = 7;
	uint32_t u32 = 7;
	uint64_t u64 = 7;

	assert_true(bytes_u8(view, 8, &u8) && u8 == 9);
	assert_true(bytes_u16(view, 7, &u16) && u16 == 0x0988);
	assert_true(bytes_u32(view, 1, &u32) && u32 == 0x85040302);
	assert_true(bytes_u64(view, 1, &u64) && u64 == 0x0988070685040302);
	assert_false(bytes_u8(view, 9, &u8));
	assert_false(bytes_u16(view, 8, &u16));
	assert_false(bytes_u32(view, 6, &u32));
	assert_false(bytes_u64(view, 2, &u64));
	assert_false(bytes_u64(view, UINT64_MAX - 3, &u64));
	assert_false(bytes_u8((struct bytes){ NULL, 0 }, 0, &u8));
	assert_int_equal(u8, 9);
	assert_int_equal(u64, 0x0988070685040302);
}

static void uvarints(void **state)
{
	static const uint8_t most[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 };
	static const uint8_t over[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02 };
	static const uint8_t endless[] = { 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
					   0x80, 0x80, 0x80, 0x80, 0x80, 0x01 };
	static const uint8_t two[] = { 0xac, 0x02, 0xac };
	uint64_t offset = 0, value = 0;

	assert_true(bytes_uvarint((struct bytes){ two, 3 }, &offset, &value));
	assert_int_equal(value, 300);
	assert_int_equal(offset, 2);
	assert_false(bytes_uvarint((struct bytes){ two, 3 }, &offset, &value));
	assert_int_equal(offset, 2);
	assert_int_equal(value, 300);
	offset = 0;
	assert_true(bytes_uvarint((struct bytes){ most, 10 }, &offset, &value));
	assert_true(value == UINT64_MAX && offset == 10);
	offset = 0;
	assert_false(bytes_uvarint((struct bytes){ over, 10 }, &offset, &value));
	assert_false(bytes_uvarint((struct bytes){ endless, 12 }, &offset, &value));
	offset = UINT64_MAX;
	assert_false(bytes_uvarint((struct bytes){ two, 3 }, &offset, &value));
}

static void strings(void **state)
{
	struct bytes text = { (const uint8_t *)"ab\0cd", 5 };

	assert_string_equal(bytes_string(text, 0), "ab");
	assert_string_equal(bytes_string(text, 2), "");
	assert_null(bytes_string(text, 3));
	assert_null(bytes_string(text, 5));
	assert_null(bytes_string(text, UINT64_MAX));
}

static void finds_aligned(void **state)
{
	struct bytes text = { (const uint8_t *)"xabxabababab", 12 };
	struct bytes needle = { (const uint8_t *)"ab", 2 };

	assert_int_equal(bytes_find(text, 0, needle, 1), 1);
	assert_int_equal(bytes_find(text, 2, needle, 1), 4);
	assert_int_equal(bytes_find(text, 0, needle, 4), 4);
	assert_int_equal(bytes_find(text, 5, needle, 4), 8);
	assert_true(bytes_find(text, 0, needle, 16) == SIZE_MAX);
	assert_true(bytes_find(text, 11, needle, 1) == SIZE_MAX);
	assert_true(bytes_find(text, SIZE_MAX, needle, 1) == SIZE_MAX);
	assert_true(bytes_find(text, 0, (struct bytes){ NULL, 0 }, 1) == SIZE_MAX);
}

static void empty_bytes_need_no_address(void **state)
{
	const struct bytes none = { 0 }, empty = { (const uint8_t *)"a", 0 };
	const struct bytes a = { (const uint8_t *)"ab", 1 }, b = { (const uint8_t *)"b", 1 };
	char target[2] = "x";

	assert_true(bytes_equal(none, empty));
	assert_true(bytes_equal(a, a));
	assert_false(bytes_equal(a, b));
	assert_false(bytes_equal(a, none));
	bytes_copy(target, none);
	assert_string_equal(target, "x");
	bytes_copy(target, a);
	assert_string_equal(target, "a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_bytes_need_no_address),
		cmocka_unit_test(slices_are_clipped),
		cmocka_unit_test(integers_are_bounded),
		cmocka_unit_test(uvarints),
		cmocka_unit_test(strings),
		cmocka_unit_test(finds_aligned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
