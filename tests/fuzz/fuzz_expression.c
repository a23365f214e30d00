/* SPDX-License-Identifier: MIT */
/* What a user may write as a capture expression. */
#include <string.h>

#include "expression.h"
#include "fuzz.h"

/* The steps are the text, taken apart. */
static void check_steps(const char *text, const struct expression *expression)
{
	size_t end = 0;

	HOLDS(strcmp(expression->text, text) == 0);
	HOLDS(expression->step_count >= 1 && expression->step_count <= EXPRESSION_MAX_STEPS);
	for (size_t i = 0; i < expression->step_count; i++) {
		const struct expression_step *step = &expression->steps[i];
		size_t size = strnlen(step->name, sizeof(step->name));

		HOLDS(size > 0 && size < sizeof(step->name));
		HOLDS(step->at == end + (i > 0));
		HOLDS(memcmp(text + step->at, step->name, size) == 0);
		end = step->at + size;
	}
	HOLDS(text[end] == '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), message[2048];
	struct expression expression;
	struct error err = {0};
	int r;

	HOLDS(text);
	memcpy(text, data, size);
	text[size] = '\0';
	r = expression_parse(text, &expression, &err);
	if (r == 0)
		check_steps(text, &expression);
	HOLDS(r == err.code && (r == 0) == (err.what[0] == '\0'));
	error_format(&err, message, sizeof(message));
	for (const char *at = message; *at; at++)
		HOLDS((unsigned char)*at >= 0x20 && *at != 0x7f);
	free(text);
	return 0;
}
