/* SPDX-License-Identifier: MIT */
#include "expression.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

int expression_fail(struct error *err, int code, const struct expression *expression, size_t at,
		    const char *format, ...)
{
	char why[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, sizeof(why), format, arguments);
	va_end(arguments);
	return error_fail(err, code, "expression \"%s\", at %zu: %s", expression->text, at + 1, why);
}

/* Go's identifiers may hold any letter; bytes above ASCII are taken as parts of letters. */
static bool is_name_byte(unsigned char byte, bool first)
{
	if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
	    byte >= 0x80)
		return true;
	return !first && byte >= '0' && byte <= '9';
}

static int parse_step(struct expression *expression, size_t *at, struct error *err)
{
	struct expression_step *step = &expression->steps[expression->step_count];
	const char *text = expression->text;
	size_t size = 0;

	while (is_name_byte(text[*at + size], size == 0))
		size++;
	if (size == 0)
		return expression_fail(err, -EINVAL, expression, *at, "a name is expected here");
	if (size >= sizeof(step->name))
		return expression_fail(err, -E2BIG, expression, *at,
				       "the name is longer than %zu bytes", sizeof(step->name) - 1);
	memcpy(step->name, text + *at, size);
	step->name[size] = '\0';
	step->at = *at;
	expression->step_count++;
	*at += size;
	return 0;
}

int expression_parse(const char *text, struct expression *ret_expression, struct error *err)
{
	struct expression expression = {0};
	size_t at = 0;
	int r;

	if (strlen(text) >= sizeof(expression.text))
		return error_fail(err, -E2BIG, "expression \"%.40s…\" is longer than %zu bytes",
				  text, sizeof(expression.text) - 1);
	strcpy(expression.text, text);
	for (;;) {
		if (expression.step_count == EXPRESSION_MAX_STEPS)
			return expression_fail(err, -E2BIG, &expression, at,
					       "more than %d steps", EXPRESSION_MAX_STEPS);
		r = parse_step(&expression, &at, err);
		if (r < 0)
			return r;
		if (text[at] == '\0')
			break;
		if (text[at] != '.')
			return expression_fail(err, -EINVAL, &expression, at,
					       "a dot or the end is expected here");
		at++;
	}
	*ret_expression = expression;
	return 0;
}
