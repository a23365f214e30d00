/* SPDX-License-Identifier: MIT */
/* Lists the functions that several requests match, each function once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "function_list.h"
#include "function_table.h"

static const struct table_row functions[] = {
	{ .name = "main.handle" },
	/* The linker folded these functions: they share their code. */
	{ .name = "main.first", .is_empty = true },
	{ .name = "main.second" },
	{ .name = "main.reply" },
	/* Two instances of one generic function. */
	{ .name = "main.Map[...]" },
	{ .name = "main.Map[...]" },
};

static struct elf_builder elf;
static struct image *image;
static struct pclntab *table;
static struct binary binary;

static int open_table(void **state)
{
	table = function_table_open(&elf, functions, sizeof(functions) / sizeof(functions[0]),
				    &image);
	binary = (struct binary){ .image = image, .pclntab = table };
	return 0;
}

static int close_table(void **state)
{
	pclntab_close(table);
	image_close(image);
	elf_release(&elf);
	return 0;
}

/* "main.first:02": a function, and the numbers of the requests that match it. */
static void assert_listed(const char *const *names, const char *wanted)
{
	struct function_request requests[4];
	struct function_list list = { 0 };
	char text[512] = "";
	size_t count = 0;

	for (; names[count]; count++) {
		size_t meant;

		requests[count] = (struct function_request){ .function = (char *)names[count] };
		assert_int_equal(function_list_add(&list, &binary, &requests[count],
						   FUNCTION_LIST_PATTERN_MAX, &meant, NULL),
				 0);
	}
	for (size_t i = 0; i < list.count; i++) {
		const struct listed_function *listed = &list.items[i];

		sprintf(text + strlen(text), "%s%s:", i ? " " : "", listed->function.name);
		for (size_t j = 0; j < listed->request_count; j++)
			sprintf(text + strlen(text), "%td", listed->requests[j] - requests);
		assert_true(listed->function.end > listed->function.entry);
	}
	assert_string_equal(text, wanted);
	function_list_finish(&list);
	function_list_finish(&list);
}

static void lists_functions_once(void **state)
{
	assert_listed((const char *const[]){ "main.reply", NULL }, "main.reply:0");
	assert_listed((const char *const[]){ "main.reply", "main.reply", NULL }, "main.reply:01");
	assert_listed((const char *const[]){ "main.r*", "main.reply", "main.*ly", NULL },
		      "main.reply:012");
	assert_listed((const char *const[]){ "main.reply", "main.handle", "main.*e*", NULL },
		      "main.reply:02 main.handle:12 main.second:2");
}

/* A probe on one of them is a probe on the other as well. */
static void lists_folded_functions_once(void **state)
{
	assert_listed((const char *const[]){ "main.second", NULL }, "main.second:0");
	assert_listed((const char *const[]){ "main.first", NULL }, "main.first:0");
	assert_listed((const char *const[]){ "main.second", "main.first", NULL }, "main.second:01");
	assert_listed((const char *const[]){ "main.*s*", NULL }, "main.first:0");
}

static void tells_instances_apart(void **state)
{
	assert_listed((const char *const[]){ "main.Map", "main.Map[...]", NULL },
		      "main.Map[...]:01 main.Map[...]:01");
}

static void tells_how_many_are_meant(void **state)
{
	struct function_request request = { .function = (char *)"main.*" };
	struct function_list list = { 0 };
	size_t meant;

	assert_int_equal(function_list_add(&list, &binary, &request, FUNCTION_LIST_PATTERN_MAX,
					   &meant, NULL),
			 0);
	assert_int_equal(meant, 6);
	assert_int_equal(list.count, 5);
	request.function = (char *)"main.none";
	assert_int_equal(function_list_add(&list, &binary, &request, FUNCTION_LIST_PATTERN_MAX,
					   &meant, NULL),
			 0);
	assert_int_equal(meant, 0);
	assert_int_equal(list.count, 5);
	function_list_finish(&list);
	request.function = (char *)"main.*";
	assert_int_equal(function_list_add(&list, &binary, &request, 2, &meant, NULL), 0);
	assert_int_equal(meant, 6);
	assert_int_equal(list.count, 2);
	function_list_finish(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_functions_once),
		cmocka_unit_test(lists_folded_functions_once),
		cmocka_unit_test(tells_instances_apart),
		cmocka_unit_test(tells_how_many_are_meant),
	};

	return cmocka_run_group_tests(tests, open_table, close_table);
}
