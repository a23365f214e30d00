/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "name_list.h"

static void assert_listed(const char *const *names, const char *wanted)
{
	struct name_list list = { .count = 0 };
	char text[NAME_LIST_TEXT];

	for (; *names; names++)
		name_list_add(&list, *names);
	name_list_format(&list, text);
	assert_string_equal(text, wanted);
}

#define NAMES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void lists_names(void **state)
{
	assert_listed((const char *const[]){ NULL }, "");
	assert_listed(NAMES("a"), "a");
	assert_listed(NAMES("a", "b"), "a and b");
	assert_listed(NAMES("a", "b", "c", "d"), "a, b, c and d");
	assert_listed(NAMES("a", "b", "c", "d", "e", "f"), "a, b, c, d and 2 more");
	assert_listed(NAMES("a", "b", "a", "b"), "a and b");
}

static void cuts_long_names(void **state)
{
	char name[300], text[NAME_LIST_TEXT];
	struct name_list list = { .names = { name, name, name, name },
				  .count = 4,
				  .more = SIZE_MAX };

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	name_list_format(&list, text);
	assert_int_equal(strspn(text, "x"), 100);
	assert_non_null(strstr(text, " and 18446744073709551615 more"));
	/* A name that just fits is added whole. */
	name[101] = '\0';
	assert_listed(NAMES(name + 1), name + 1);
	assert_int_equal(strlen(name + 1), 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_names),
		cmocka_unit_test(cuts_long_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
