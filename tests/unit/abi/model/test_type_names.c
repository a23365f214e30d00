/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "type_names.h"

static void finds_names(void **state)
{
	struct type_names *names = type_names_create();
	char name[16];

	for (uint32_t i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "main.T%u", i);
		assert_int_equal(type_names_add(names, i * 2654435761u, name), 0);
	}
	type_names_sort(names);
	for (uint32_t i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "main.T%u", i);
		assert_string_equal(type_names_find(names, i * 2654435761u), name);
	}
	assert_null(type_names_find(names, 5000 * 2654435761u));
	type_names_release(names);
}

static void finds_nothing_in_nothing(void **state)
{
	struct type_names *names = type_names_create();

	type_names_sort(names);
	assert_null(type_names_find(names, 0));
	assert_null(type_names_find(NULL, 0));
	assert_false(type_names_are_ambiguous(NULL, 0));
	type_names_release(names);
	type_names_release(NULL);
	assert_null(type_names_take(NULL));
}

static void tells_types_apart(void **state)
{
	struct type_names *names = type_names_create();

	/* A type that is described twice is one. */
	assert_int_equal(type_names_add(names, 1, "main.A"), 0);
	assert_int_equal(type_names_add(names, 1, "main.A"), 0);
	assert_int_equal(type_names_add(names, 2, "main.B"), 0);
	assert_int_equal(type_names_add(names, 2, "main.C"), 0);
	type_names_sort(names);
	assert_string_equal(type_names_find(names, 1), "main.A");
	assert_false(type_names_are_ambiguous(names, 1));
	assert_null(type_names_find(names, 2));
	assert_true(type_names_are_ambiguous(names, 2));
	assert_false(type_names_are_ambiguous(names, 3));
	type_names_release(names);
}

/* A hostile binary may give all types one hash. Finding the name takes no longer for that: else this test takes hours. */
static void finds_fast_among_equals(void **state)
{
	enum { EQUALS = 400000 };
	struct type_names *names = type_names_create();

	for (uint32_t i = 0; i < EQUALS; i++)
		assert_int_equal(type_names_add(names, 1 + i % 2, i % 2 && i % 1000 ? "T" : "S"),
				 0);
	type_names_sort(names);
	for (uint32_t i = 0; i < EQUALS; i++) {
		assert_string_equal(type_names_find(names, 1), "S");
		assert_null(type_names_find(names, 3));
		assert_false(type_names_are_ambiguous(names, 1));
	}
	type_names_release(names);
}

static void outlives_its_maker(void **state)
{
	struct type_names *names = type_names_create(), *other = type_names_take(names);

	assert_int_equal(type_names_add(names, 1, "main.A"), 0);
	type_names_release(names);
	assert_string_equal(type_names_find(other, 1), "main.A");
	type_names_release(other);
}

static void bounds_names(void **state)
{
	struct type_names *names = type_names_create();
	static char name[4096];

	memset(name, 'x', sizeof(name) - 1);
	assert_int_equal(type_names_add(names, 1, name), 0);
	assert_int_equal(strlen(type_names_find(names, 1)), 1024);
	for (uint32_t i = 1; i < 65000; i++)
		assert_int_equal(type_names_add(names, i, name), 0);
	for (uint32_t i = 0; i < 1000; i++) {
		int r = type_names_add(names, i, name);

		if (r == -E2BIG)
			break;
		assert_int_equal(r, 0);
		assert_true(i < 999);
	}
	type_names_release(names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_names),	     cmocka_unit_test(finds_nothing_in_nothing),
		cmocka_unit_test(tells_types_apart), cmocka_unit_test(outlives_its_maker),
		cmocka_unit_test(bounds_names),	     cmocka_unit_test(finds_fast_among_equals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
