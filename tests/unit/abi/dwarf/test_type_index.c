/* SPDX-License-Identifier: MIT */
/* Finds types by name and by descriptor, and functions by entry. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "debug_fixture.h"
#include "debug_types.h"

#define LOW 0x401000u

enum label { INT = 1, OTHER };

/* The types are not in the order of their descriptors, and one has no descriptor. */
static void types_write(struct unit_builder *dwarf)
{
	unit_base(dwarf, INT, "int", 8, 2);
	unit_base_described(dwarf, "main.D", 8, 2, 0x40);
	unit_base_described(dwarf, "main.B", 8, 2, 0x20);
	unit_base_described(dwarf, "main.E", 8, 2, 0x50);
	unit_base_described(dwarf, "main.A", 8, 2, 0x10);
	unit_base_described(dwarf, "main.C", 8, 2, 0x30);
}

static void finds_types_by_their_descriptors(void **state)
{
	static const struct {
		uint64_t runtime_type;
		const char *name; /* NULL: none */
	} rows[] = {
		{ 0x10, "main.A" }, { 0x20, "main.B" }, { 0x30, "main.C" },   { 0x40, "main.D" },
		{ 0x50, "main.E" }, { 0x0f, NULL },	{ 0x11, NULL },	      { 0x38, NULL },
		{ 0x51, NULL },	    { 0, NULL },	{ UINT64_MAX, NULL },
	};
	struct debug_fixture fixture;

	debug_fixture_begin(&fixture, LOW);
	types_write(&fixture.dwarf);
	debug_fixture_open(&fixture);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct type *type = NULL;
		struct error err = { 0 };
		int r = debug_types_runtime(fixture.types, rows[i].runtime_type, &type, &err);

		assert_int_equal(r, rows[i].name ? 0 : -ENODATA);
		if (rows[i].name)
			assert_string_equal(type->name, rows[i].name);
		else
			assert_non_null(strstr(err.what, "no type with its descriptor"));
	}
	debug_fixture_close(&fixture);
}

static void finds_types_by_their_names(void **state)
{
	static const char *const names[] = {
		"int", "main.A", "main.B", "main.C", "main.D", "main.E"
	};
	static const char *const absent[] = { "", "int8", "main.", "main.AA", "main.F", "zz" };
	const struct type *type = NULL;
	struct debug_fixture fixture;

	debug_fixture_begin(&fixture, LOW);
	types_write(&fixture.dwarf);
	debug_fixture_open(&fixture);
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(debug_types_named(fixture.types, names[i], &type, NULL), 0);
		assert_string_equal(type->name, names[i]);
		assert_int_equal(debug_types_named(fixture.types, absent[i], &type, NULL),
				 -ENODATA);
	}
	debug_fixture_close(&fixture);
}

static void the_first_of_equal_types_is_found(void **state)
{
	const struct type *type = NULL;
	struct debug_fixture fixture;

	debug_fixture_begin(&fixture, LOW);
	unit_base_described(&fixture.dwarf, "main.A", 1, 8, 0x10);
	unit_base_described(&fixture.dwarf, "main.A", 2, 9, 0x10);
	unit_base_described(&fixture.dwarf, "main.A", 4, 10, 0x10);
	debug_fixture_open(&fixture);
	assert_int_equal(debug_types_named(fixture.types, "main.A", &type, NULL), 0);
	assert_int_equal(type->size, 1);
	assert_int_equal(debug_types_runtime(fixture.types, 0x10, &type, NULL), 0);
	assert_int_equal(type->size, 1);
	debug_fixture_close(&fixture);
}

/* The visited names, in order. The visit of `last` returns 7, which ends the walk. */
struct visited {
	char text[64];
	const char *last;
};

static int keep_function(void *context, const struct debug_entry *entry)
{
	struct visited *visited = context;

	assert_int_equal(entry->tag, DEBUG_TAG_FUNCTION);
	strcat(visited->text, entry->name ? strchr(entry->name, '.') : "?");
	return visited->last && entry->name && strcmp(entry->name, visited->last) == 0 ? 7 : 0;
}

/* Only functions with an address are visited: no types, and no functions that were inlined everywhere. */
static void visits_functions(void **state)
{
	struct visited all = { .last = NULL }, some = { .last = "main.f" };
	struct debug_fixture fixture;

	debug_fixture_begin(&fixture, LOW);
	types_write(&fixture.dwarf);
	unit_function(&fixture.dwarf, NO_LABEL, "main.f", LOW);
	unit_end(&fixture.dwarf);
	unit_function(&fixture.dwarf, OTHER, "main.inlined", 0);
	unit_end(&fixture.dwarf);
	unit_instance(&fixture.dwarf, OTHER, LOW + 0x20);
	unit_end(&fixture.dwarf);
	unit_function(&fixture.dwarf, NO_LABEL, "main.g", LOW + 0x40);
	unit_end(&fixture.dwarf);
	debug_fixture_open(&fixture);
	assert_int_equal(debug_types_functions(fixture.types, keep_function, &all, NULL), 0);
	assert_string_equal(all.text, ".f?.g");
	assert_int_equal(debug_types_functions(fixture.types, keep_function, &some, NULL), 7);
	assert_string_equal(some.text, ".f");
	debug_fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_types_by_their_descriptors),
		cmocka_unit_test(finds_types_by_their_names),
		cmocka_unit_test(the_first_of_equal_types_is_found),
		cmocka_unit_test(visits_functions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
