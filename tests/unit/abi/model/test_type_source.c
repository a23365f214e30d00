/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "type_source.h"

static uint8_t set_of(enum type_source first, enum type_source second)
{
	return type_source_bit(first) | type_source_bit(second);
}

static void the_least_trusted_decides(void **state)
{
	assert_int_equal(type_source_least_trusted(0), TYPE_SOURCE_NONE);
	assert_int_equal(type_source_least_trusted(type_source_bit(TYPE_SOURCE_NONE)),
			 TYPE_SOURCE_NONE);
	assert_int_equal(type_source_least_trusted(set_of(TYPE_SOURCE_DWARF, TYPE_SOURCE_NONE)),
			 TYPE_SOURCE_DWARF);
	assert_int_equal(
		type_source_least_trusted(set_of(TYPE_SOURCE_DWARF, TYPE_SOURCE_DESCRIPTORS)),
		TYPE_SOURCE_DESCRIPTORS);
	assert_int_equal(
		type_source_least_trusted(set_of(TYPE_SOURCE_TABLE, TYPE_SOURCE_DESCRIPTORS)),
		TYPE_SOURCE_TABLE);
	assert_int_equal(type_source_least_trusted(set_of(TYPE_SOURCE_TABLE, TYPE_SOURCE_ASSUMED)),
			 TYPE_SOURCE_ASSUMED);
	assert_int_equal(type_source_least_trusted(0xff), TYPE_SOURCE_COUNT - 1);
}

static void each_source_has_a_name(void **state)
{
	assert_null(type_source_name(TYPE_SOURCE_NONE));
	for (enum type_source source = TYPE_SOURCE_NONE + 1; source < TYPE_SOURCE_COUNT; source++)
		assert_non_null(type_source_name(source));
	assert_string_equal(type_source_name(TYPE_SOURCE_DESCRIPTORS), "descriptors");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_least_trusted_decides),
		cmocka_unit_test(each_source_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
