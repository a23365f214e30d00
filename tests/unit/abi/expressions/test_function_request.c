/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "function_request.h"

/* A request and what is in it; `captures` ends with NULL. */
struct row {
	const char *text, *function;
	bool has_list;
	const char *captures[6];
};

static void assert_row(const struct row *row)
{
	struct function_request request;
	size_t count = 0;

	assert_int_equal(function_request_parse(row->text, &request, NULL), 0);
	assert_string_equal(request.function, row->function);
	assert_int_equal(request.has_list, row->has_list);
	for (; row->captures[count]; count++) {
		assert_true(count < request.capture_count);
		assert_string_equal(request.captures[count].text, row->captures[count]);
	}
	assert_int_equal(request.capture_count, count);
	function_request_finish(&request);
	assert_null(request.function);
	assert_null(request.captures);
}

static void takes_functions(void **state)
{
	static const struct row rows[] = {
		{ "main.ping", "main.ping", false, { NULL } },
		{ "main.(*Shop).Checkout", "main.(*Shop).Checkout", false, { NULL } },
		{ "main.Shop.Checkout", "main.Shop.Checkout", false, { NULL } },
		{ "main.(*Shop).Checkout-fm", "main.(*Shop).Checkout-fm", false, { NULL } },
		{ "main.main.func1.2", "main.main.func1.2", false, { NULL } },
		{ "github.com/a/b%2ec.(*T).f", "github.com/a/b%2ec.(*T).f", false, { NULL } },
		{ "main.Map[...]", "main.Map[...]", false, { NULL } },
		{ "main.Map[go.shape.int,go.shape.func(int)]",
		  "main.Map[go.shape.int,go.shape.func(int)]",
		  false,
		  { NULL } },
		{ "main.(*Stack[go.shape.func(int) string]).Push",
		  "main.(*Stack[go.shape.func(int) string]).Push",
		  false,
		  { NULL } },
		{ "main.(*Shop", "main.(*Shop", false, { NULL } },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_row(&rows[i]);
}

static void takes_lists(void **state)
{
	static const struct row rows[] = {
		{ "main.f()", "main.f", true, { NULL } },
		{ "main.f(a)", "main.f", true, { "a" } },
		{ "main.f(a,b.c)", "main.f", true, { "a", "b.c" } },
		{ "main.f( a , b )", "main.f", true, { "a", "b" } },
		{ "main.(*T).f(x=a.b)", "main.(*T).f", true, { "x=a.b" } },
		{ "main.f(len(a), cap(a.b[1]))", "main.f", true, { "len(a)", "cap(a.b[1])" } },
		{ "main.f(a.(*T), a.(func(int, string)).b)",
		  "main.f",
		  true,
		  { "a.(*T)", "a.(func(int, string)).b" } },
		{ "main.f(m[\"a,b\"], m[\")\"])", "main.f", true, { "m[\"a,b\"]", "m[\")\"]" } },
		{ "main.f(m[\"\\\",\"],x)", "main.f", true, { "m[\"\\\",\"]", "x" } },
		{ "main.f(m[\"\\\\\"],x)", "main.f", true, { "m[\"\\\\\"]", "x" } },
		{ "main.f(m[\" \"] )", "main.f", true, { "m[\" \"]" } },
		{ "main.Map[go.shape.func(int)](a)", "main.Map[go.shape.func(int)]", true, { "a" } },
		{ "main.(*Stack[go.shape.func(int)]).Push(x)",
		  "main.(*Stack[go.shape.func(int)]).Push",
		  true,
		  { "x" } },
		/* The parser of the list does not check whether an item is an expression. */
		{ "main.f(-, [)", "main.f", true, { "-", NULL } },
	};

	for (size_t i = 0; i + 1 < sizeof(rows) / sizeof(rows[0]); i++)
		assert_row(&rows[i]);
}

static void assert_refused(const char *text, size_t at, const char *why)
{
	struct function_request request = { .function = "untouched" };
	struct error err = { 0 };

	assert_int_equal(function_request_parse(text, &request, &err), -EINVAL);
	assert_string_equal(request.function, "untouched");
	if (!strstr(err.what, why))
		fail_msg("%s: %s", text, err.what);
	assert_string_equal(err.quote, text);
	if (err.quote_at != at)
		fail_msg("%s: at %zu, not %zu", text, err.quote_at, at);
	assert_int_equal(function_request_parse(text, &request, NULL), -EINVAL);
}

static void refuses_other_lists(void **state)
{
	assert_refused("", 0, "name of a function");
	assert_refused("(a)", 0, "name of a function");
	assert_refused("main.f(", 7, "a closing )");
	assert_refused("main.f(a", 8, "a closing )");
	assert_refused("main.f(a,", 9, "a closing )");
	assert_refused("main.f(a(b)", 11, "a closing )");
	assert_refused("main.f(a[b)", 11, "a closing )");
	assert_refused("main.f(m[\"k)", 12, "a closing )");
	assert_refused("main.f(m[\"k\\\")", 14, "a closing )");
	assert_refused("main.f(,a)", 7, "an expression");
	assert_refused("main.f(a,)", 9, "an expression");
	assert_refused("main.f(a, )", 10, "an expression");
	assert_refused("main.f( )", 8, "an expression");
	assert_refused("main.f(a,,b)", 9, "an expression");
	assert_refused("main.f(a)b", 9, "the end");
	assert_refused("main.f(a) ", 9, "the end");
	assert_refused("main.f(a))", 9, "the end");
	assert_refused("main.f()x", 7, "an expression");
}

/* As many captures as there may be, and one more. */
static void bounds_the_captures(void **state)
{
	char text[256] = "main.f(";
	struct function_request request;
	size_t size = strlen(text);

	for (size_t i = 0; i < FUNCTION_REQUEST_MAX_CAPTURES; i++)
		size += (size_t)snprintf(text + size, sizeof(text) - size, "%sa%zu", i ? "," : "",
					 i);
	strcpy(text + size, ")");
	assert_int_equal(function_request_parse(text, &request, NULL), 0);
	assert_int_equal(request.capture_count, FUNCTION_REQUEST_MAX_CAPTURES);
	function_request_finish(&request);
	strcpy(text + size, ",a)");
	assert_refused(text, size + 1, "too many captures");
}

static void refuses_equal_names(void **state)
{
	struct function_request request;

	assert_int_equal(function_request_parse("main.f(a, b, a)", &request, NULL), -EINVAL);
	assert_int_equal(function_request_parse("main.f(x=a, x)", &request, NULL), -EINVAL);
	assert_int_equal(function_request_parse("main.f(a, other=a)", &request, NULL), 0);
	function_request_finish(&request);
}

static void finishes_nothing(void **state)
{
	struct function_request request = { 0 };

	function_request_finish(&request);
	function_request_finish(&request);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_functions),     cmocka_unit_test(takes_lists),
		cmocka_unit_test(refuses_other_lists), cmocka_unit_test(bounds_the_captures),
		cmocka_unit_test(refuses_equal_names), cmocka_unit_test(finishes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
