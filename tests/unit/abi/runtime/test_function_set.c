/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "function_set.h"
#include "function_table.h"

static void tells_globs_from_names(void **state)
{
	assert_true(function_pattern_is_glob("main.*"));
	assert_true(function_pattern_is_glob("main.pin?"));
	assert_true(function_pattern_is_glob("main.(*Shop).*"));
	assert_true(function_pattern_is_glob("main.(**).Close"));
	assert_true(function_pattern_is_glob("*"));
	assert_false(function_pattern_is_glob("main.(*Shop).Checkout"));
	assert_false(function_pattern_is_glob("main.Map[...]"));
	assert_false(function_pattern_is_glob(""));
}

static void matches_names(void **state)
{
	static const struct {
		const char *pattern, *name;
		bool matches;
	} rows[] = {
		{ "main.ping", "main.ping", true },
		{ "main.ping", "main.pings", false },
		{ "main.ping", "main.pin", false },
		{ "", "main.ping", false },
		{ "main.*", "main.ping", true },
		{ "main.*", "main.(*Shop).Checkout", true },
		{ "main.*", "domain.x", false },
		{ "*", "", true },
		{ "main.pin?", "main.ping", true },
		{ "main.pin?", "main.pin", false },
		{ "*.Close", "main.(*Shop).Close", true },
		{ "*.Close", "main.(*Shop).Close.func1", false },
		{ "*o*o*", "foo", true },
		{ "*o*o*o", "foo", false },
		{ "main.a*b*c", "main.abcbd", false },
		{ "main.a*b*c", "main.abcbdc", true },
		/* The star in Go's names of methods. */
		{ "main.(*Shop).*", "main.(*Shop).Checkout", true },
		{ "main.(*Shop).*", "main.(Workshop).Checkout", false },
		{ "main.(**).Close", "main.(*Shop).Close", true },
		{ "main.(**).Close", "main.Shop.Close", false },
		/* Dots in import paths. */
		{ "ex.com/foo.v2.F", "ex.com/foo%2ev2.F", true },
		{ "ex.com/foo%2ev2.F", "ex.com/foo%2ev2.F", true },
		{ "ex.com/foo%2ev2.*", "ex.com/foo%2ev2.(*T).M", true },
		{ "ex.com/foo?v2.F", "ex.com/foo%2ev2.F", true },
		{ "ex.com/*v2.F", "ex.com/foo%2ev2.F", true },
		{ "ex.com/foo.v2.F", "ex.com/foo%2fv2.F", false },
		{ "100%.F", "100%.F", true },
		{ "100%2.F", "100%2.F", true },
		/* Generic functions: releases differ in what they write. */
		{ "main.Map", "main.Map[...]", true },
		{ "main.Map", "main.Map[go.shape.int]", true },
		{ "main.Map", "main.Map[go.shape.int].func1", false },
		{ "main.Map[...]", "main.Map[...]", true },
		{ "main.Map[...]", "main.Map[go.shape.[]uint8,go.shape.map[string]int]", true },
		{ "main.Map[...]", "main.Map", false },
		{ "main.Map[int]", "main.Map[go.shape.int]", true },
		{ "main.Map[int]", "main.Map[go.shape.string]", false },
		{ "main.Map[go.shape.int]", "main.Map[go.shape.int]", true },
		{ "main.(*List[...]).Push", "main.(*List[go.shape.int]).Push", true },
		{ "main.(*List).Push", "main.(*List[go.shape.int]).Push", true },
		{ "main.(*List).*", "main.(*List[go.shape.int]).Push", true },
		{ "main.(*List[*]).Push", "main.(*List[...]).Push", true },
		{ "main.a]", "main.a[]]", true },
		/* Vendored libraries. */
		{ "ex.com/lib.F", "app/vendor/ex.com/lib.F", true },
		{ "ex.com/lib.*", "app/vendor/ex.com/lib.(*T).M", true },
		{ "ex.com/lib.Map", "app/vendor/ex.com/lib.Map[go.shape.int]", true },
		{ "app/vendor/ex.com/lib.F", "app/vendor/ex.com/lib.F", true },
		{ "other/vendor/ex.com/lib.F", "app/vendor/ex.com/lib.F", false },
		{ "lib.F", "app/vendor/ex.com/lib.F", false },
		{ "ex.com/lib.F", "app/myvendor/ex.com/lib.F", false },
		{ "main.a", "main.a[go.shape.", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (function_pattern_matches(rows[i].pattern, rows[i].name) != rows[i].matches)
			fail_msg("%s and %s", rows[i].pattern, rows[i].name);
}

/* Names that exceed the buffer are compared without translation. */
static void long_names_are_compared_as_they_are(void **state)
{
	char name[5000];

	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	name[10] = '[';
	assert_true(function_pattern_matches("x*x", name));
	assert_false(function_pattern_matches("xxxxxxxxxx", name));
}

#define WRAPPER 22

static const struct table_row functions[] = {
	{ "main.init", 0 },
	{ "main.init.0", 0 },
	{ "main.main", 0 },
	{ "main.(*Shop).Checkout", 0 },
	{ "main.(*Shop).Checkout-fm", WRAPPER },
	{ "main.Shop.Close", 0 },
	{ "main.(*Shop).Close", WRAPPER },
	{ "main.main.func1", 0 },
	{ "main.main.deferwrap1", WRAPPER },
	{ "main.deferwrapper", 0 },
	{ "main.initialise", 0 },
	{ "type:.eq.main.Shop", 0 },
	{ "main.Map[go.shape.int]", 0 },
	{ "main.Map[go.shape.string]", 0 },
	/* Functions that are called from Go and from assembly. */
	{ "rt.exit", 0 },
	{ "rt.exit", WRAPPER },
	{ "rt.call", WRAPPER },
	{ "rt.call", WRAPPER, 16 },
	/* Closures of a function that was inlined twice. */
	{ "rt.run.func1", 0 },
	{ "rt.run.func1", 0 },
	/* Wrappers of functions that are not in the program. */
	{ "rt.same", WRAPPER },
	{ "rt.same", WRAPPER },
	{ "rt.Of[...]", WRAPPER },
	{ "rt.Of[...]", 0 },
};
#define COUNT (sizeof(functions) / sizeof(functions[0]))

static void expect(const struct pclntab *table, const char *pattern, size_t count,
		   const char *const *names)
{
	struct function_set set;

	assert_int_equal(function_set_find(table, pattern, 100, &set, NULL), 0);
	assert_int_equal(set.count, count);
	assert_int_equal(set.matched, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(set.functions[i].name, names[i]);
	function_set_release(&set);
}

static void finds_functions(void **state)
{
	static const char *const all[] = {
		"main.main",
		"main.(*Shop).Checkout",
		"main.Shop.Close",
		"main.main.func1",
		"main.deferwrapper",
		"main.initialise",
		"main.Map[go.shape.int]",
		"main.Map[go.shape.string]",
	};
	static const char *const inits[] = { "main.init", "main.init.0", "main.initialise" };
	struct elf_builder elf;
	struct image *image;
	struct pclntab *table = function_table_open(&elf, functions, COUNT, &image);
	struct function_set set;

	expect(table, "main.*", 8, all);
	expect(table, "main.(*Shop).*", 1, all + 1);
	expect(table, "main.init*", 3, inits);
	expect(table, "main.init", 1, inits);
	expect(table, "main.(*Shop).Close", 1, (const char *const[]){ "main.(*Shop).Close" });
	expect(table, "*-fm", 1, (const char *const[]){ "main.(*Shop).Checkout-fm" });
	expect(table, "main.(*Shop).Checkout-fm", 1,
	       (const char *const[]){ "main.(*Shop).Checkout-fm" });
	expect(table, "*.deferwrap*", 2,
	       (const char *const[]){ "main.main.deferwrap1", "main.deferwrapper" });
	expect(table, "type:.eq.*", 1, (const char *const[]){ "type:.eq.main.Shop" });
	expect(table, "*eq.main*", 0, NULL);
	expect(table, "main.Map", 2, all + 6);
	expect(table, "main.Map[string]", 1, all + 7);
	expect(table, "nothing.*", 0, NULL);
	assert_int_equal(function_set_find(table, "main.*", 3, &set, NULL), 0);
	assert_int_equal(set.count, 3);
	assert_int_equal(set.matched, 8);
	assert_int_equal(set.functions[2].entry, TABLE_CODE + 5 * 16);
	assert_int_equal(set.functions[2].end, TABLE_CODE + 6 * 16);
	function_set_release(&set);
	function_set_release(&set);
	pclntab_close(table);
	image_close(image);
	elf_release(&elf);
}

/* A wrapper is left out, so that each call is seen once. */
static void leaves_out_the_wrapper_of_the_name(void **state)
{
	static const struct {
		const char *name;
		size_t count, first;
	} rows[] = {
		{ "rt.exit", 1, 14 }, { "rt.call", 1, 17 }, { "rt.run.func1", 2, 18 },
		{ "rt.same", 2, 20 }, { "rt.Of", 2, 22 },
	};
	struct elf_builder elf;
	struct image *image;
	struct pclntab *table = function_table_open(&elf, functions, COUNT, &image);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct function_set set;
		struct function first;

		assert_int_equal(function_set_find(table, rows[i].name, 100, &set, NULL), 0);
		assert_int_equal(set.count, rows[i].count);
		assert_true(pclntab_at(table, rows[i].first, &first));
		assert_int_equal(set.functions[0].entry, first.entry);
		function_set_release(&set);
	}
	pclntab_close(table);
	image_close(image);
	elf_release(&elf);
}

/* The runtime gives functions without a special meaning the number 0, which is not that of wrappers. */
static void functions_without_a_number_are_no_wrappers(void **state)
{
	static const struct table_row rows[] = { { "main.f", 0 }, { "main.f-fm", 0 } };
	struct elf_builder elf;
	struct image *image;
	struct pclntab *table = function_table_open(&elf, rows, 2, &image);

	expect(table, "main.*", 1, (const char *const[]){ "main.f" });
	pclntab_close(table);
	image_close(image);
	elf_release(&elf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_globs_from_names),
		cmocka_unit_test(matches_names),
		cmocka_unit_test(long_names_are_compared_as_they_are),
		cmocka_unit_test(finds_functions),
		cmocka_unit_test(leaves_out_the_wrapper_of_the_name),
		cmocka_unit_test(functions_without_a_number_are_no_wrappers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
