/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "contradiction.h"

static const struct type number = { .kind = TYPE_INT, .name = "int", .size = 8 };
static const struct type text = { .kind = TYPE_STRING, .name = "string", .size = 16 };
static const struct type any = { .kind = TYPE_INTERFACE, .name = "any", .size = 16 };

static const struct field plain[] = { { "ID", &number, 0 }, { "Name", &text, 8 } };
static const struct field renamed[] = { { "ID", &number, 0 }, { "Title", &text, 8 } };
static const struct field moved[] = { { "ID", &number, 16 }, { "Name", &text, 0 } };
static const struct field retyped[] = { { "ID", &number, 0 }, { "Name", &any, 8 } };

static struct type order(const char *name, uint64_t size, const struct field *fields, size_t count)
{
	return (struct type){ .kind = TYPE_STRUCT,
			      .name = name,
			      .size = size,
			      .complete = true,
			      .fields = fields,
			      .field_count = count };
}

/* Returns the error for these two types; "" if they agree. */
static const char *said_of(struct type dwarf, struct type described)
{
	static struct error err;
	int r;

	err = (struct error){ 0 };
	r = contradiction_find(&dwarf, &described, &err);
	assert_int_equal(r, err.what[0] ? -ESTALE : 0);
	return err.what;
}

static void assert_said(struct type described, const char *wanted)
{
	const char *said = said_of(order("main.Order", 24, plain, 2), described);

	assert_non_null(strstr(said, wanted));
	assert_non_null(strstr(said, "main.Order"));
	assert_non_null(strstr(said, "DWARF and the type descriptors"));
}

static void each_difference_is_told_with_both_values(void **state)
{
	assert_string_equal(
		said_of(order("main.Order", 24, plain, 2), order("main.Order", 24, plain, 2)), "");
	assert_said(order("main.Offer", 24, plain, 2),
		    "the type main.Order of DWARF is main.Offer in its descriptor");
	assert_said(order("main.Order", 32, plain, 2),
		    "the size of main.Order is 24 in DWARF and 32 in its descriptor");
	assert_said(order("main.Order", 24, plain, 1),
		    "the number of fields of main.Order is 2 in DWARF and 1 in its descriptor");
	assert_said(
		order("main.Order", 24, renamed, 2),
		"the field of main.Order at offset 8 is Name in DWARF and Title in its descriptor");
	assert_said(order("main.Order", 24, moved, 2),
		    "the offset of field ID of main.Order is 0 in DWARF and 16 in its descriptor");
	assert_said(order("main.Order", 24, retyped, 2),
		    "field Name of main.Order is a string of 16 bytes in DWARF and a any of 16");
}

static void spellings_are_no_contradiction(void **state)
{
	static const char *const pairs[][2] = {
		{ "main.Order\u00b71", "main.Order" },
		{ "struct { ID int; Name string }", "struct { ID int; Name string }x" },
		{ "main.Order[interface {}]", "main.Order[any]" },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_string_equal(said_of(order(pairs[i][0], 24, plain, 2),
					    order(pairs[i][1], 24, plain, 2)),
				    "");
}

static void other_kinds_are_not_compared(void **state)
{
	assert_string_equal(said_of(number, text), "");
	assert_string_equal(said_of(order("main.Order", 24, plain, 2), text), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_difference_is_told_with_both_values),
		cmocka_unit_test(spellings_are_no_contradiction),
		cmocka_unit_test(other_kinds_are_not_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
