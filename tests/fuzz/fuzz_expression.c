/* SPDX-License-Identifier: MIT */
/* Fuzzes the parser of capture expressions, which users write. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "expression.h"
#include "fuzz.h"

/* Each step knows its position in the text, and the name of a step is the text at that position. */
static void check_steps(const char *text, const struct expression *expression)
{
	static const char *const begins[] = {
		[STEP_INDEX] = "[",
		[STEP_KEY] = "[\"",
		[STEP_TYPE] = "(",
	};
	size_t end = 0;

	HOLDS(strcmp(expression->text, text) == 0);
	HOLDS(expression->step_count >= 1 && expression->step_count <= EXPRESSION_MAX_STEPS);
	HOLDS(expression->steps[0].kind == STEP_NAME);
	for (size_t i = 0; i < expression->step_count; i++) {
		const struct expression_step *step = &expression->steps[i];
		size_t size = strnlen(step->name, sizeof(step->name));
		bool is_named = step->kind == STEP_NAME || step->kind == STEP_TYPE;
		bool is_type = step->kind == STEP_TYPE;

		HOLDS(size < sizeof(step->name) && (size > 0) == is_named);
		HOLDS(step->key_size <= sizeof(step->key));
		HOLDS((i == 0 || step->at >= end) && step->at < strlen(text));
		if (step->kind != STEP_NAME)
			HOLDS(strncmp(text + step->at, begins[step->kind],
				      strlen(begins[step->kind])) == 0);
		HOLDS(memcmp(text + step->at + is_type, step->name, size) == 0);
		end = step->at + size;
	}
}

struct writer {
	char text[8192];
	size_t used;
};

__attribute__((format(printf, 2, 3))) static void put(struct writer *writer, const char *format,
						      ...)
{
	va_list list;

	va_start(list, format);
	writer->used += vsnprintf(writer->text + writer->used, sizeof(writer->text) - writer->used,
				  format, list);
	va_end(list);
	HOLDS(writer->used < sizeof(writer->text));
}

static void put_step(struct writer *writer, const struct expression_step *step, bool is_first)
{
	switch (step->kind) {
	case STEP_NAME:
		put(writer, "%s%s", is_first ? "" : ".", step->name);
		break;
	case STEP_TYPE:
		put(writer, ".(%s)", step->name);
		break;
	case STEP_INDEX:
		put(writer, "[%s%llu]", step->negative ? "-" : "",
		    (unsigned long long)(step->negative ? -step->index : step->index));
		break;
	case STEP_KEY:
		put(writer, "[\"");
		for (size_t i = 0; i < step->key_size; i++)
			put(writer, "\\x%02x", (unsigned char)step->key[i]);
		put(writer, "\"]");
		break;
	}
}

static void check_same(const struct expression *a, const struct expression *b)
{
	HOLDS(a->step_count == b->step_count && a->measure == b->measure);
	for (size_t i = 0; i < a->step_count; i++) {
		HOLDS(a->steps[i].kind == b->steps[i].kind &&
		      a->steps[i].index == b->steps[i].index);
		HOLDS(strcmp(a->steps[i].name, b->steps[i].name) == 0);
		HOLDS(a->steps[i].negative == b->steps[i].negative);
		HOLDS(a->steps[i].key_size == b->steps[i].key_size);
		HOLDS(memcmp(a->steps[i].key, b->steps[i].key, a->steps[i].key_size) == 0);
	}
}

/* The parsed expression, written as text, is parsed to the same expression or refused as too long. */
static void check_again(const struct expression *expression)
{
	static const char *const measures[] = {
		[MEASURE_NONE] = "",
		[MEASURE_LEN] = "len(",
		[MEASURE_CAP] = "cap(",
		[MEASURE_TYPE] = "type(",
	};
	static struct writer writer;
	struct expression again;

	writer.used = 0;
	put(&writer, "%s", measures[expression->measure]);
	for (size_t i = 0; i < expression->step_count; i++)
		put_step(&writer, &expression->steps[i], i == 0);
	put(&writer, "%s", expression->measure ? ")" : "");
	if (writer.used >= EXPRESSION_MAX_TEXT)
		return;
	HOLDS(expression_parse(writer.text, &again, NULL) == 0);
	HOLDS(strcmp(again.name, writer.text) == 0);
	check_same(expression, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), message[4096];
	struct expression expression;
	struct error err = { 0 };
	size_t column = 0;
	int r;

	HOLDS(text);
	memcpy(text, data, size);
	text[size] = '\0';
	r = expression_parse(text, &expression, &err);
	if (r == 0) {
		check_steps(text, &expression);
		check_again(&expression);
	}
	HOLDS(r == err.code && (r == 0) == (err.what[0] == '\0'));
	HOLDS(r == 0 || r == -EINVAL || r == -E2BIG);
	HOLDS(!err.quote[0] || err.quote_at <= strlen(err.quote));
	error_format(&err, message, sizeof(message));
	for (const char *at = message; *at; at++)
		HOLDS((unsigned char)*at >= 0x20 && *at != 0x7f);
	if (error_format_quote(&err, message, sizeof(message), &column))
		HOLDS(column <= strlen(message));
	free(text);
	return 0;
}
