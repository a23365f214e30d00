/* SPDX-License-Identifier: MIT */
#include "expression.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int expression_fail(struct error *err, int code, const struct expression *expression, size_t at,
		    const char *format, ...)
{
	char why[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, sizeof(why), format, arguments);
	va_end(arguments);
	error_fail(err, code, "%s", why);
	error_quote(err, expression->text, at);
	return code;
}

/* The state of the parser. */
struct parser {
	struct expression *expression;
	const char *text; /* of the expression */
	size_t at;	  /* offset of the next byte to parse */
	struct error *err;
};

static int fail_parse(const struct parser *parser, size_t at, const char *what)
{
	return expression_fail(parser->err, -EINVAL, parser->expression, at, "%s", what);
}

/* Go's identifiers may contain any Unicode letter: all bytes above ASCII are accepted. */
static bool is_name_byte(unsigned char byte, bool first)
{
	if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
	    byte >= 0x80)
		return true;
	return !first && byte >= '0' && byte <= '9';
}

/* Roots that are not parameters have names that begin with `@`. */
static size_t name_size(const char *text)
{
	size_t size = text[0] == '@';

	while (is_name_byte(text[size], size == (text[0] == '@')))
		size++;
	return size;
}

static int parse_name(struct parser *parser, struct expression_step *step)
{
	size_t size = name_size(parser->text + parser->at);

	if (size == 0 || (parser->text[parser->at] == '@' && parser->expression->step_count > 1))
		return fail_parse(parser, parser->at, "a name is expected here");
	if (size >= sizeof(step->name))
		return expression_fail(parser->err, -E2BIG, parser->expression, parser->at,
				       "the name is longer than %zu bytes", sizeof(step->name) - 1);
	step->kind = STEP_NAME;
	step->at = parser->at;
	memcpy(step->name, parser->text + parser->at, size);
	parser->at += size;
	return 0;
}

/* Returns the offset of the parenthesis that closes the one at `at`; 0 if there is none. */
static size_t closing_parenthesis(const char *text, size_t at)
{
	size_t depth = 0;

	for (; text[at]; at++) {
		depth += text[at] == '(';
		if (text[at] == ')' && --depth == 0)
			return at;
	}
	return 0;
}

static int parse_type(struct parser *parser, struct expression_step *step)
{
	size_t end = closing_parenthesis(parser->text, parser->at);
	size_t size = end ? end - parser->at - 1 : 0;

	if (size == 0)
		return fail_parse(parser, parser->at, "a type in parentheses is expected here");
	if (size >= sizeof(step->name))
		return expression_fail(parser->err, -E2BIG, parser->expression, parser->at,
				       "the type is longer than %zu bytes", sizeof(step->name) - 1);
	step->kind = STEP_TYPE;
	step->at = parser->at;
	memcpy(step->name, parser->text + parser->at + 1, size);
	parser->at = end + 1;
	return 0;
}

static int hex_digit_of(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	byte |= 0x20;
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/*
 * Reads one byte of a quoted string. Returns how many bytes of text it takes; 0 if it is an unknown escape.
 */
static size_t unquote_byte(const char *text, char *ret_byte)
{
	static const char letters[] = "\\\"nt", bytes[] = "\\\"\n\t";
	const char *found;

	*ret_byte = text[0];
	if (text[0] != '\\')
		return 1;
	found = text[1] ? strchr(letters, text[1]) : NULL;
	if (found) {
		*ret_byte = bytes[found - letters];
		return 2;
	}
	if (text[1] != 'x' || hex_digit_of(text[2]) < 0 || hex_digit_of(text[3]) < 0)
		return 0;
	*ret_byte = (char)(hex_digit_of(text[2]) << 4 | hex_digit_of(text[3]));
	return 4;
}

size_t expression_quoted_end(const char *text, size_t at)
{
	for (at++; text[at]; at++) {
		if (text[at] == '"')
			return at + 1;
		if (text[at] == '\\' && text[at + 1])
			at++;
	}
	return 0;
}

static int parse_key(struct parser *parser, struct expression_step *step)
{
	size_t end = expression_quoted_end(parser->text, parser->at);

	if (!end)
		return fail_parse(parser, parser->at, "this string has no closing quote");
	step->kind = STEP_KEY;
	for (parser->at++; parser->at < end - 1;) {
		size_t taken;

		if (step->key_size == sizeof(step->key))
			return expression_fail(parser->err, -E2BIG, parser->expression, step->at,
					       "the key is longer than %zu bytes",
					       sizeof(step->key));
		taken = unquote_byte(parser->text + parser->at, &step->key[step->key_size++]);
		if (!taken)
			return fail_parse(
				parser, parser->at,
				"unknown escape: \\\\, \\\", \\n, \\t and \\xNN are supported");
		parser->at += taken;
	}
	parser->at = end;
	return 0;
}

static int parse_number(struct parser *parser, struct expression_step *step)
{
	const char *text = parser->text + parser->at;
	char *end;

	step->kind = STEP_INDEX;
	step->negative = *text == '-';
	text += step->negative;
	errno = 0;
	step->index = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9')
		return fail_parse(parser, parser->at, "a number or a \"key\" is expected here");
	if (errno || (step->negative && step->index > (uint64_t)INT64_MAX + 1))
		return fail_parse(parser, parser->at, "the number is too large");
	if (step->negative)
		step->index = -step->index;
	parser->at = end - parser->text;
	return 0;
}

static int parse_brackets(struct parser *parser, struct expression_step *step)
{
	int r;

	step->at = parser->at++;
	if (parser->text[parser->at] == '"')
		r = parse_key(parser, step);
	else
		r = parse_number(parser, step);
	if (r < 0)
		return r;
	if (parser->text[parser->at] != ']')
		return fail_parse(parser, parser->at, "a ] is expected here");
	parser->at++;
	return 0;
}

static int parse_step(struct parser *parser, struct expression_step *step)
{
	if (parser->text[parser->at] == '[')
		return parse_brackets(parser, step);
	if (parser->text[parser->at] != '.')
		return fail_parse(parser, parser->at, "a dot, a [ or the end is expected here");
	parser->at++;
	return parser->text[parser->at] == '(' ? parse_type(parser, step) :
						 parse_name(parser, step);
}

static int parse_path(struct parser *parser, char end)
{
	struct expression *expression = parser->expression;
	int r = parse_name(parser, &expression->steps[expression->step_count++]);

	while (r == 0 && parser->text[parser->at] && parser->text[parser->at] != end) {
		if (expression->step_count == EXPRESSION_MAX_STEPS)
			return expression_fail(parser->err, -E2BIG, expression, parser->at,
					       "more than %d steps", EXPRESSION_MAX_STEPS);
		r = parse_step(parser, &expression->steps[expression->step_count++]);
	}
	return r;
}

/* Parses the optional "name=" at the start. */
static void parse_given_name(struct parser *parser)
{
	size_t size = name_size(parser->text);

	strcpy(parser->expression->name, parser->text);
	if (size && parser->text[size] == '=') {
		parser->expression->name[size] = '\0';
		parser->at = size + 1;
	}
}

/* Returns what is asked of the path in parentheses that follows. */
static enum expression_measure measure_of(const char *text)
{
	if (strncmp(text, "len(", 4) == 0)
		return MEASURE_LEN;
	if (strncmp(text, "cap(", 4) == 0)
		return MEASURE_CAP;
	return strncmp(text, "type(", 5) == 0 ? MEASURE_TYPE : MEASURE_NONE;
}

static int parse_expression(struct parser *parser)
{
	int r;

	parse_given_name(parser);
	parser->expression->measure = measure_of(parser->text + parser->at);
	if (parser->expression->measure == MEASURE_NONE)
		return parse_path(parser, '\0');
	parser->at += strcspn(parser->text + parser->at, "(") + 1;
	r = parse_path(parser, ')');
	if (r < 0)
		return r;
	if (parser->text[parser->at] != ')')
		return fail_parse(parser, parser->at, "a ) is expected here");
	parser->at++;
	return parser->text[parser->at] ?
		       fail_parse(parser, parser->at, "the end is expected here") :
		       0;
}

int expression_parse(const char *text, struct expression *ret_expression, struct error *err)
{
	struct expression expression = { 0 };
	struct parser parser = { &expression, expression.text, 0, err };
	int r;

	if (strlen(text) >= sizeof(expression.text))
		return error_fail(err, -E2BIG, "expression \"%.40s…\" is longer than %zu bytes",
				  text, sizeof(expression.text) - 1);
	strcpy(expression.text, text);
	r = parse_expression(&parser);
	if (r == 0)
		*ret_expression = expression;
	return r;
}

static bool steps_equal(const struct expression_step *a, const struct expression_step *b)
{
	return a->kind == b->kind && strcmp(a->name, b->name) == 0 && a->key_size == b->key_size &&
	       memcmp(a->key, b->key, a->key_size) == 0 && a->index == b->index &&
	       a->negative == b->negative;
}

bool expression_equal(const struct expression *a, const struct expression *b)
{
	if (a->measure != b->measure || a->step_count != b->step_count)
		return false;
	for (size_t i = 0; i < a->step_count; i++) {
		if (!steps_equal(&a->steps[i], &b->steps[i]))
			return false;
	}
	return true;
}

static bool has_name(const struct expression *expressions, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(expressions[i].name, name) == 0)
			return true;
	}
	return false;
}

int expressions_check_names(const struct expression *expressions, size_t count, struct error *err)
{
	for (size_t i = 1; i < count; i++) {
		if (has_name(expressions, i, expressions[i].name))
			return expression_fail(
				err, -EINVAL, &expressions[i], 0,
				"another capture has the same name: rename one of them with name=…");
	}
	return 0;
}

/* ---- expressions built from their parts ---- */

static int fail_size(struct error *err, const char *text)
{
	return error_fail(err, -E2BIG, "\"%.40s…\" is too long to be captured", text);
}

int expression_add_field(struct expression *expression, const char *name, struct error *err)
{
	struct expression_step *step = &expression->steps[expression->step_count];

	if (expression->step_count == EXPRESSION_MAX_STEPS || strlen(name) >= sizeof(step->name))
		return fail_size(err, name);
	*step = (struct expression_step){ .kind = STEP_NAME };
	strcpy(step->name, name);
	expression->step_count++;
	return 0;
}

int expression_add_key(struct expression *expression, const char *key, struct error *err)
{
	struct expression_step *step = &expression->steps[expression->step_count];
	size_t size = strlen(key);

	if (expression->step_count == EXPRESSION_MAX_STEPS || size > sizeof(step->key))
		return fail_size(err, key);
	*step = (struct expression_step){ .kind = STEP_KEY, .key_size = size };
	memcpy(step->key, key, size);
	expression->step_count++;
	return 0;
}

int expression_make(struct expression *ret_expression, const char *text, const char *root,
		    struct error *err)
{
	if (strlen(text) >= sizeof(ret_expression->text))
		return fail_size(err, text);
	*ret_expression = (struct expression){ 0 };
	strcpy(ret_expression->text, text);
	strcpy(ret_expression->name, text);
	return expression_add_field(ret_expression, root, err);
}
