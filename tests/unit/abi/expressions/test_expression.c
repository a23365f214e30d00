/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "expression.h"

static struct expression parse(const char *text)
{
	struct expression expression;

	assert_int_equal(expression_parse(text, &expression, NULL), 0);
	assert_string_equal(expression.text, text);
	return expression;
}

static void assert_step(const struct expression *expression, size_t index, const char *name,
			size_t at)
{
	assert_true(index < expression->step_count);
	assert_string_equal(expression->steps[index].name, name);
	assert_int_equal(expression->steps[index].at, at);
}

static void takes_expressions_apart(void **state)
{
	struct expression expression = parse("req");

	assert_int_equal(expression.step_count, 1);
	assert_step(&expression, 0, "req", 0);
	expression = parse("req.URL.Path");
	assert_int_equal(expression.step_count, 3);
	assert_step(&expression, 0, "req", 0);
	assert_step(&expression, 1, "URL", 4);
	assert_step(&expression, 2, "Path", 8);
	expression = parse("_.x_1.\xc3\xa4\xc3\xb6.Z9");
	assert_int_equal(expression.step_count, 4);
	assert_step(&expression, 0, "_", 0);
	assert_step(&expression, 1, "x_1", 2);
	assert_step(&expression, 2, "\xc3\xa4\xc3\xb6", 6);
	assert_step(&expression, 3, "Z9", 11);
}

/*
 * The text is refused and no expression is returned. `at`: the position of the error; -1: the error quotes
 * nothing.
 */
static void assert_refused(const char *text, int code, int at, const char *why)
{
	struct expression expression, before;
	struct error err = { 0 };

	memset(&expression, 0x5a, sizeof(expression));
	before = expression;
	assert_int_equal(expression_parse(text, &expression, &err), code);
	assert_memory_equal(&expression, &before, sizeof(before));
	assert_int_equal(err.code, code);
	if (!strstr(err.what, why))
		fail_msg("\"%s\": %s", text, err.what);
	assert_string_equal(err.quote, at < 0 ? "" : text);
	if (at >= 0 && err.quote_at != (size_t)at)
		fail_msg("\"%s\": at %zu, not %d", text, err.quote_at, at);
	assert_int_equal(expression_parse(text, &expression, NULL), code);
}

static void refuses_what_is_no_expression(void **state)
{
	static const struct {
		const char *text;
		int at;
		const char *why;
	} rows[] = {
		{ "", 0, "a name" },
		{ ".", 0, "a name" },
		{ "a.", 2, "a name" },
		{ ".a", 0, "a name" },
		{ "a..b", 2, "a name" },
		{ "1a", 0, "a name" },
		{ "a.1", 2, "a name" },
		{ "a b", 1, "a dot" },
		{ " a", 0, "a name" },
		{ "a ", 1, "a dot" },
		{ "a.b-c", 3, "a dot" },
		{ "a\x1b[2J", 1, "a dot" },
		{ "a->b", 1, "a dot" },
		{ "*a", 0, "a name" },
		{ "a.b,", 3, "a dot" },
		{ "a(", 1, "a dot" },
		{ "a)", 1, "a dot" },
		{ "a=b=c", 3, "a dot" },
		{ "=a", 0, "a name" },
		{ "a=", 2, "a name" },
		{ "a =b", 1, "a dot" },
		{ "x= a", 2, "a name" },
		{ "a.b=c", 3, "a dot" },
		{ "[1]", 0, "a name" },
		{ "a[", 2, "a number" },
		{ "a[]", 2, "a number" },
		{ "a[x]", 2, "a number" },
		{ "a[+1]", 2, "a number" },
		{ "a[ 1]", 2, "a number" },
		{ "a[1 ]", 3, "a ]" },
		{ "a[1", 3, "a ]" },
		{ "a[0x10]", 3, "a ]" },
		{ "a[1.5]", 3, "a ]" },
		{ "a[1]b", 4, "a dot" },
		{ "a[-]", 2, "a number" },
		{ "a[--1]", 2, "a number" },
		{ "a[- 1]", 2, "a number" },
		{ "a['x']", 2, "a number" },
		{ "a[1,2]", 3, "a ]" },
		{ "a.[1]", 2, "a name" },
		{ "a.\"k\"", 2, "a name" },
		{ "a\"k\"", 1, "a dot" },
		{ "a[18446744073709551616]", 2, "too large" },
		{ "a[-9223372036854775809]", 2, "too large" },
		{ "a[99999999999999999999999]", 2, "too large" },
		{ "a[\"k]", 2, "no closing quote" },
		{ "a[\"", 2, "no closing quote" },
		{ "a[\"k\\\"]", 2, "no closing quote" },
		{ "a[\"k\\", 2, "no closing quote" },
		{ "a[\"k\"", 5, "a ]" },
		{ "a[\"k\"x]", 5, "a ]" },
		{ "a[\"\\q\"]", 3, "unknown escape" },
		{ "a[\"ab\\xg0\"]", 5, "unknown escape" },
		{ "a[\"\\x4\"]", 3, "unknown escape" },
		{ "a[\"\\x\"]", 3, "unknown escape" },
		{ "a[\"\\u0041\"]", 3, "unknown escape" },
		{ "a[\"\\0\"]", 3, "unknown escape" },
		{ "a[\"\\'\"]", 3, "unknown escape" },
		{ "a.(", 2, "a type" },
		{ "a.()", 2, "a type" },
		{ "a.(T", 2, "a type" },
		{ "a.(func(int)", 2, "a type" },
		{ "a.(T)b", 5, "a dot" },
		{ "a(T)", 1, "a dot" },
		{ "a.(T))", 5, "a dot" },
		{ "len()", 4, "a name" },
		{ "len(a", 5, "a )" },
		{ "len(", 4, "a name" },
		{ "len(a))", 6, "the end" },
		{ "len(a).b", 6, "the end" },
		{ "len(a)[0]", 6, "the end" },
		{ "len(a b)", 5, "a dot" },
		{ "cap(a,b)", 5, "a dot" },
		{ "len(len(a))", 7, "a dot" },
		{ "len (a)", 3, "a dot" },
		{ "LEN(a)", 3, "a dot" },
		{ "min(a)", 3, "a dot" },
		{ "n=len(", 6, "a name" },
		{ "len(n=a)", 5, "a dot" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_refused(rows[i].text, -EINVAL, rows[i].at, rows[i].why);
}

static void takes_names(void **state)
{
	struct expression expression = parse("req.URL");

	assert_string_equal(expression.name, "req.URL");
	expression = parse("url=req.URL");
	assert_string_equal(expression.name, "url");
	assert_step(&expression, 0, "req", 4);
	assert_step(&expression, 1, "URL", 8);
	expression = parse("n=len(order.Items)");
	assert_string_equal(expression.name, "n");
	assert_int_equal(expression.measure, MEASURE_LEN);
	assert_step(&expression, 0, "order", 6);
	/* Without a name, the whole text is the name. */
	expression = parse("len(order.Items)");
	assert_string_equal(expression.name, "len(order.Items)");
	expression = parse("gr\xc3\xb6\xc3\x9f"
			   "e=a");
	assert_string_equal(expression.name, "gr\xc3\xb6\xc3\x9f"
					     "e");
}

static void takes_measures(void **state)
{
	struct expression expression = parse("a.b");

	assert_int_equal(expression.measure, MEASURE_NONE);
	expression = parse("cap(a.b[1])");
	assert_int_equal(expression.measure, MEASURE_CAP);
	assert_int_equal(expression.step_count, 3);
	assert_step(&expression, 0, "a", 4);
	expression = parse("driver=type(dc.ci)");
	assert_int_equal(expression.measure, MEASURE_TYPE);
	assert_string_equal(expression.name, "driver");
	assert_step(&expression, 0, "dc", 12);
	expression = parse("type");
	assert_int_equal(expression.measure, MEASURE_NONE);
	/* Parameters may have these names. */
	expression = parse("len");
	assert_int_equal(expression.measure, MEASURE_NONE);
	assert_step(&expression, 0, "len", 0);
	expression = parse("len.cap[0]");
	assert_int_equal(expression.measure, MEASURE_NONE);
	expression = parse("len(len)");
	assert_int_equal(expression.measure, MEASURE_LEN);
	assert_step(&expression, 0, "len", 4);
}

static void takes_numbers(void **state)
{
	static const struct {
		const char *text;
		uint64_t index;
		bool negative;
	} rows[] = {
		{ "a[0]", 0, false },
		{ "a[7]", 7, false },
		{ "a[007]", 7, false },
		{ "a[18446744073709551615]", UINT64_MAX, false },
		{ "a[-1]", UINT64_MAX, true },
		{ "a[-9223372036854775808]", UINT64_C(1) << 63, true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct expression expression = parse(rows[i].text);

		assert_int_equal(expression.step_count, 2);
		assert_int_equal(expression.steps[1].kind, STEP_INDEX);
		assert_int_equal(expression.steps[1].at, 1);
		assert_true(expression.steps[1].index == rows[i].index);
		assert_int_equal(expression.steps[1].negative, rows[i].negative);
	}
}

static void assert_key(const char *text, const char *key, size_t size)
{
	struct expression expression = parse(text);
	const struct expression_step *step = &expression.steps[1];

	assert_int_equal(expression.step_count, 2);
	assert_int_equal(step->kind, STEP_KEY);
	assert_int_equal(step->at, 1);
	assert_int_equal(step->key_size, size);
	assert_memory_equal(step->key, key, size);
}

static void takes_keys(void **state)
{
	assert_key("a[\"gift\"]", "gift", 4);
	assert_key("a[\"\"]", "", 0);
	assert_key("a[\"] .,(){}[\"]", "] .,(){}[", 9);
	assert_key("a[\"caf\xc3\xa9\"]", "caf\xc3\xa9", 5);
	assert_key("a[\"\\\\\\\"\\n\\t\"]", "\\\"\n\t", 4);
	assert_key("a[\"\\x00\\xff\\x7F\\xAb\"]", "\0\xff\x7f\xab", 4);
	assert_key("a[\"\\x41BC\"]", "ABC", 3);
	/* Characters that are not escaped are taken as they are. */
	assert_key("a[\"\t\n'\"]", "\t\n'", 3);
}

static void takes_each_byte_of_keys(void **state)
{
	char text[32];

	for (unsigned int byte = 0; byte < 256; byte++) {
		snprintf(text, sizeof(text), "a[\"\\x%02x\"]", byte);
		assert_key(text, &(char){ (char)byte }, 1);
		snprintf(text, sizeof(text), "a[\"\\x%02X\"]", byte);
		assert_key(text, &(char){ (char)byte }, 1);
		snprintf(text, sizeof(text), "a[\"%c\"]", byte);
		if (byte != 0 && byte != '"' && byte != '\\')
			assert_key(text, &(char){ (char)byte }, 1);
	}
}

static void takes_types(void **state)
{
	static const char *const types[] = {
		"string",
		"*main.Circle",
		"[]int",
		"map[string]interface {}",
		"func(int) (string, error)",
		"main.Pair[int,*net/http.Request]",
		"gopkg.in/yaml%2ev3.Node",
		" *T ",
	};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		struct expression expression;
		char text[128];

		snprintf(text, sizeof(text), "a.b.(%s).c", types[i]);
		expression = parse(text);
		assert_int_equal(expression.step_count, 4);
		assert_int_equal(expression.steps[2].kind, STEP_TYPE);
		assert_step(&expression, 2, types[i], 4);
		assert_step(&expression, 3, "c", 7 + strlen(types[i]));
	}
}

static void takes_steps_together(void **state)
{
	struct expression expression = parse("x=len(a.b[3][\"k.)\"].(*T).c)");

	assert_int_equal(expression.step_count, 6);
	assert_int_equal(expression.measure, MEASURE_LEN);
	assert_int_equal(expression.steps[0].kind, STEP_NAME);
	assert_int_equal(expression.steps[2].kind, STEP_INDEX);
	assert_int_equal(expression.steps[3].kind, STEP_KEY);
	assert_int_equal(expression.steps[4].kind, STEP_TYPE);
	assert_int_equal(expression.steps[5].kind, STEP_NAME);
	assert_int_equal(expression.steps[2].at, 9);
	assert_int_equal(expression.steps[3].at, 12);
	assert_int_equal(expression.steps[4].at, 20);
	assert_int_equal(expression.steps[5].at, 25);
}

static void finds_the_end_of_quotes(void **state)
{
	assert_int_equal(expression_quoted_end("\"\"", 0), 2);
	assert_int_equal(expression_quoted_end("a\"b\"c", 1), 4);
	assert_int_equal(expression_quoted_end("\"\\\"\"", 0), 4);
	assert_int_equal(expression_quoted_end("\"\\\\\"x", 0), 4);
	assert_int_equal(expression_quoted_end("\"", 0), 0);
	assert_int_equal(expression_quoted_end("\"\\\"", 0), 0);
	assert_int_equal(expression_quoted_end("\"\\", 0), 0);
}

static void bounds_its_parts(void **state)
{
	char text[EXPRESSION_MAX_TEXT + 32];
	struct expression expression;

	/* A name of 127 bytes, and one of 128. */
	memset(text, 'n', sizeof(text));
	text[EXPRESSION_MAX_NAME - 1] = '\0';
	expression = parse(text);
	assert_string_equal(expression.steps[0].name, text);
	text[EXPRESSION_MAX_NAME - 1] = 'n';
	text[EXPRESSION_MAX_NAME] = '\0';
	assert_refused(text, -E2BIG, 0, "the name is longer");
	text[EXPRESSION_MAX_NAME] = 'n';
	text[1] = '.';
	text[EXPRESSION_MAX_NAME + 1] = '\0';
	parse(text);
	text[EXPRESSION_MAX_NAME + 1] = 'n';
	text[EXPRESSION_MAX_NAME + 2] = '\0';
	assert_refused(text, -E2BIG, 2, "the name is longer");

	/* 16 steps, and 17. */
	for (size_t i = 0; i < EXPRESSION_MAX_STEPS; i++)
		memcpy(text + 2 * i, "s.", 3);
	text[2 * EXPRESSION_MAX_STEPS - 1] = '\0';
	assert_int_equal(parse(text).step_count, EXPRESSION_MAX_STEPS);
	memcpy(text + 2 * EXPRESSION_MAX_STEPS - 1, ".s", 3);
	assert_refused(text, -E2BIG, 2 * EXPRESSION_MAX_STEPS - 1, "more than 16 steps");
}

static void bounds_its_keys(void **state)
{
	char text[128];

	for (size_t size = EXPRESSION_MAX_KEY; size <= EXPRESSION_MAX_KEY + 1; size++) {
		snprintf(text, sizeof(text), "a[\"%0*d\"]", (int)size, 0);
		if (size == EXPRESSION_MAX_KEY)
			assert_int_equal(parse(text).steps[1].key_size, EXPRESSION_MAX_KEY);
		else
			assert_refused(text, -E2BIG, 1, "the key is longer than 64");
	}
}

static void bounds_its_types(void **state)
{
	char text[256], type[EXPRESSION_MAX_NAME + 1];

	memset(type, 'T', sizeof(type));
	type[EXPRESSION_MAX_NAME - 1] = '\0';
	snprintf(text, sizeof(text), "a.(%s)", type);
	assert_string_equal(parse(text).steps[1].name, type);
	type[EXPRESSION_MAX_NAME - 1] = 'T';
	type[EXPRESSION_MAX_NAME] = '\0';
	snprintf(text, sizeof(text), "a.(%s)", type);
	assert_refused(text, -E2BIG, 2, "the type is longer than 127");
}

/* 255 bytes, made of names that are not too long, and 256. */
static void bounds_its_text(void **state)
{
	char text[EXPRESSION_MAX_TEXT + 1];

	for (size_t i = 0; i < EXPRESSION_MAX_TEXT; i++)
		text[i] = i % 51 == 50 ? '.' : 'n';
	text[EXPRESSION_MAX_TEXT - 1] = '\0';
	if (text[EXPRESSION_MAX_TEXT - 2] == '.')
		text[EXPRESSION_MAX_TEXT - 2] = 'n';
	assert_int_equal(strlen(text), 255);
	parse(text);
	text[EXPRESSION_MAX_TEXT - 1] = 'n';
	text[EXPRESSION_MAX_TEXT] = '\0';
	assert_refused(text, -E2BIG, -1, "longer than 255");
}

static void errors_name_the_place(void **state)
{
	struct expression expression = parse("req.URL");
	struct error err = { 0 };

	assert_int_equal(expression_fail(&err, -ENOENT, &expression, 4, "no %s here", "URL"),
			 -ENOENT);
	assert_string_equal(err.what, "no URL here");
	assert_string_equal(err.quote, "req.URL");
	assert_int_equal(err.quote_at, 4);
	assert_int_equal(expression_fail(NULL, -ENOENT, &expression, 4, "no"), -ENOENT);
}

/* Makes the same trees as the parser, for any text. */
static void makes_trees_from_parts(void **state)
{
	struct expression expression, parsed = parse("req.Header[\"X-Id\"]");
	struct error err = { 0 };

	assert_int_equal(expression_make(&expression, "x-id", "req", NULL), 0);
	assert_int_equal(expression_add_field(&expression, "Header", NULL), 0);
	assert_int_equal(expression_add_key(&expression, "X-Id", NULL), 0);
	assert_true(expression_equal(&expression, &parsed));
	assert_string_equal(expression.name, "x-id");
	assert_int_equal(expression_fail(&err, -ENOENT, &expression, expression.steps[2].at, "no"),
			 -ENOENT);
	assert_string_equal(err.quote, "x-id");
	assert_int_equal(err.quote_at, 0);
}

static void bounds_what_is_made(void **state)
{
	struct expression expression;
	char text[EXPRESSION_MAX_TEXT + 1];

	memset(text, 'x', sizeof(text));
	text[EXPRESSION_MAX_TEXT] = '\0';
	assert_int_equal(expression_make(&expression, text, "a", NULL), -E2BIG);
	text[EXPRESSION_MAX_TEXT - 1] = '\0';
	assert_int_equal(expression_make(&expression, text, "a", NULL), 0);
	text[EXPRESSION_MAX_NAME] = '\0';
	assert_int_equal(expression_make(&expression, text, text, NULL), -E2BIG);
	text[EXPRESSION_MAX_NAME - 1] = '\0';
	assert_int_equal(expression_make(&expression, text, text, NULL), 0);
	text[EXPRESSION_MAX_KEY + 1] = '\0';
	assert_int_equal(expression_add_key(&expression, text, NULL), -E2BIG);
	text[EXPRESSION_MAX_KEY] = '\0';
	while (expression.step_count < EXPRESSION_MAX_STEPS)
		assert_int_equal(expression_add_key(&expression, text, NULL), 0);
	assert_int_equal(expression_add_key(&expression, text, NULL), -E2BIG);
	assert_int_equal(expression_add_field(&expression, "f", NULL), -E2BIG);
	assert_int_equal(expression.step_count, EXPRESSION_MAX_STEPS);
}

static void refuses_equal_names(void **state)
{
	const struct expression different[] = { parse("a"), parse("b=a"), parse("a.b") };
	const struct expression equal[] = { parse("b"), parse("a"), parse("x=c"), parse("a=c") };
	struct error err = { 0 };

	assert_int_equal(expressions_check_names(different, 3, NULL), 0);
	assert_int_equal(expressions_check_names(equal, 3, NULL), 0);
	assert_int_equal(expressions_check_names(equal, 4, &err), -EINVAL);
	assert_string_equal(err.quote, "a=c");
	assert_int_equal(expressions_check_names(NULL, 0, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_expressions_apart),
		cmocka_unit_test(refuses_what_is_no_expression),
		cmocka_unit_test(takes_names),
		cmocka_unit_test(takes_measures),
		cmocka_unit_test(takes_numbers),
		cmocka_unit_test(takes_keys),
		cmocka_unit_test(takes_each_byte_of_keys),
		cmocka_unit_test(takes_types),
		cmocka_unit_test(takes_steps_together),
		cmocka_unit_test(finds_the_end_of_quotes),
		cmocka_unit_test(bounds_its_parts),
		cmocka_unit_test(bounds_its_keys),
		cmocka_unit_test(bounds_its_types),
		cmocka_unit_test(bounds_its_text),
		cmocka_unit_test(errors_name_the_place),
		cmocka_unit_test(makes_trees_from_parts),
		cmocka_unit_test(bounds_what_is_made),
		cmocka_unit_test(refuses_equal_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
