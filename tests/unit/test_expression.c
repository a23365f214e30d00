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

static void assert_step(const struct expression *expression, size_t index, const char *name, size_t at)
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

/* Refused, and nothing is handed out. `at`: the place that is named, from 1. */
static void assert_refused(const char *text, int code, size_t at)
{
	struct expression expression, before;
	struct error err = {0};
	char place[32];

	memset(&expression, 0x5a, sizeof(expression));
	before = expression;
	assert_int_equal(expression_parse(text, &expression, &err), code);
	assert_memory_equal(&expression, &before, sizeof(before));
	assert_int_equal(err.code, code);
	snprintf(place, sizeof(place), "at %zu:", at);
	if (at && !strstr(err.what, place))
		fail_msg("\"%s\": %s", text, err.what);
	assert_int_equal(expression_parse(text, &expression, NULL), code);
}

static void refuses_what_is_no_expression(void **state)
{
	assert_refused("", -EINVAL, 1);
	assert_refused(".", -EINVAL, 1);
	assert_refused("a.", -EINVAL, 3);
	assert_refused(".a", -EINVAL, 1);
	assert_refused("a..b", -EINVAL, 3);
	assert_refused("1a", -EINVAL, 1);
	assert_refused("a.1", -EINVAL, 3);
	assert_refused("a b", -EINVAL, 2);
	assert_refused(" a", -EINVAL, 1);
	assert_refused("a ", -EINVAL, 2);
	assert_refused("a.b-c", -EINVAL, 4);
	assert_refused("a\x1b[2J", -EINVAL, 2);
	assert_refused("a->b", -EINVAL, 2);
	assert_refused("*a", -EINVAL, 1);
	assert_refused("a.b,", -EINVAL, 4);
}

static void bounds_its_parts(void **state)
{
	char text[EXPRESSION_MAX_TEXT + 32];
	struct expression expression;

	/* A name of 63 bytes, and one of 64. */
	memset(text, 'n', sizeof(text));
	text[EXPRESSION_MAX_NAME - 1] = '\0';
	expression = parse(text);
	assert_string_equal(expression.steps[0].name, text);
	text[EXPRESSION_MAX_NAME - 1] = 'n';
	text[EXPRESSION_MAX_NAME] = '\0';
	assert_refused(text, -E2BIG, 1);
	text[EXPRESSION_MAX_NAME] = 'n';
	text[1] = '.';
	text[EXPRESSION_MAX_NAME + 1] = '\0';
	parse(text);
	text[EXPRESSION_MAX_NAME + 1] = 'n';
	text[EXPRESSION_MAX_NAME + 2] = '\0';
	assert_refused(text, -E2BIG, 3);

	/* 16 steps, and 17. */
	for (size_t i = 0; i < EXPRESSION_MAX_STEPS; i++)
		memcpy(text + 2 * i, "s.", 3);
	text[2 * EXPRESSION_MAX_STEPS - 1] = '\0';
	assert_int_equal(parse(text).step_count, EXPRESSION_MAX_STEPS);
	memcpy(text + 2 * EXPRESSION_MAX_STEPS - 1, ".s", 3);
	assert_refused(text, -E2BIG, 2 * EXPRESSION_MAX_STEPS + 1);
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
	assert_refused(text, -E2BIG, 0);
}

static void errors_name_the_place(void **state)
{
	struct expression expression = parse("req.URL");
	struct error err = {0};

	assert_int_equal(expression_fail(&err, -ENOENT, &expression, 4, "no %s here", "URL"), -ENOENT);
	assert_string_equal(err.what, "expression \"req.URL\", at 5: no URL here");
	assert_int_equal(expression_fail(NULL, -ENOENT, &expression, 4, "no"), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_expressions_apart),
		cmocka_unit_test(refuses_what_is_no_expression),
		cmocka_unit_test(bounds_its_parts),
		cmocka_unit_test(bounds_its_text),
		cmocka_unit_test(errors_name_the_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
