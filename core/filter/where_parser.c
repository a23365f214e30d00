/* SPDX-License-Identifier: MIT */
/* Reads a condition; the grammar, from the weakest operator to the strongest: or, and, not, comparison. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "header_name.h"
#include "where.h"
#include "where_glob.h"
#include "where_node.h"
#include "where_token.h"

struct where_parser {
	struct where *where;
	const char *text; /* the whole condition */
	struct where_token previous, next;
	size_t depth;
	struct error *err;
};

/* Whether this is an operator of another language. */
static bool is_foreign_operator(const struct where_token *token)
{
	static const char *const words[] = { "and", "or", "not" };

	if (token->kind == TOKEN_WRONG)
		return strchr("&|!=", *token->text) != NULL;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (token->kind == TOKEN_NAME && token->size == strlen(words[i]) &&
		    strncasecmp(token->text, words[i], token->size) == 0 &&
		    memcmp(token->text, words[i], token->size) != 0)
			return true;
	}
	return false;
}

static int fail_at(const struct where_parser *parser, int code, const char *what)
{
	error_quote(parser->err, parser->text, (size_t)(parser->next.text - parser->text));
	if (is_foreign_operator(&parser->next) || is_foreign_operator(&parser->previous))
		error_hint(parser->err, "operators are written and, or, not, ==, ~");
	return error_fail(parser->err, code, "%s", what);
}

static void advance(struct where_parser *parser)
{
	parser->previous = parser->next;
	parser->next = where_token_read(parser->next.text + parser->next.size);
}

/* Takes the word if it is the next one. */
static bool take(struct where_parser *parser, const char *word)
{
	if (!where_token_is(&parser->next, word))
		return false;
	advance(parser);
	return true;
}

static int add_node(struct where_parser *parser, const struct where_node *node, size_t *ret_at)
{
	if (parser->where->node_count == WHERE_MAX_NODES)
		return fail_at(parser, -E2BIG, "the condition has too many parts");
	*ret_at = parser->where->node_count++;
	parser->where->nodes[*ret_at] = *node;
	return 0;
}

/* ---- operands ---- */

/* Keeps a string, which is at least as long as what it was made from: so there is room. */
static char *keep_string(struct where *where, size_t size)
{
	char *string = where->strings + where->string_size;

	where->string_size += size + 1;
	string[size] = '\0';
	return string;
}

static char *keep_name(struct where_parser *parser)
{
	char *string = keep_string(parser->where, parser->next.size);

	memcpy(string, parser->next.text, parser->next.size);
	return string;
}

/* A backslash makes the byte behind it an ordinary one. */
static char *keep_quoted(struct where_parser *parser)
{
	const char *text = parser->next.text + 1;
	size_t size = parser->next.size - 2, used = 0;
	char *string = keep_string(parser->where, size);

	for (size_t i = 0; i < size; i++) {
		i += text[i] == '\\';
		string[used++] = text[i];
	}
	string[used] = '\0';
	return string;
}

static int add_step(struct where_parser *parser, struct where_operand *operand,
		    struct value_step step)
{
	if (operand->step_count == WHERE_MAX_STEPS)
		return fail_at(parser, -E2BIG, "there are too many steps to this value");
	operand->steps[operand->step_count++] = step;
	return 0;
}

/* Adds a step to a member. The names of headers are canonical in events. */
static int add_key(struct where_parser *parser, struct where_operand *operand, char *key)
{
	const char *first = operand->step_count == 1 ? operand->steps[0].key : "";

	if (strcmp(first, "request_headers") == 0 || strcmp(first, "response_headers") == 0)
		header_name_canonicalize(key);
	return add_step(parser, operand, (struct value_step){ .key = key });
}

static int where_parse_key(struct where_parser *parser, struct where_operand *operand)
{
	int r;

	if (parser->next.kind != TOKEN_NAME)
		return fail_at(parser, -EINVAL, "a key is expected here");
	r = add_key(parser, operand, keep_name(parser));
	if (r == 0)
		advance(parser);
	return r;
}

/* Parses ["key"] or [7] behind its bracket. */
static int parse_bracket(struct where_parser *parser, struct where_operand *operand)
{
	struct value_step step = { 0 };
	char *end;
	int r;

	if (parser->next.kind == TOKEN_STRING) {
		r = add_key(parser, operand, keep_quoted(parser));
	} else if (parser->next.kind == TOKEN_NUMBER) {
		step.index = strtoll(parser->next.text, &end, 10);
		if (end != parser->next.text + parser->next.size)
			return fail_at(parser, -EINVAL, "the number of an element is an integer");
		r = add_step(parser, operand, step);
	} else {
		return fail_at(parser, -EINVAL,
			       "a key in quotes, or the number of an element, is expected here");
	}
	if (r < 0)
		return r;
	advance(parser);
	return take(parser, "]") ? 0 : fail_at(parser, -EINVAL, "] is expected here");
}

static int where_parse_path(struct where_parser *parser, struct where_operand *operand)
{
	int r = where_parse_key(parser, operand);

	while (r == 0) {
		if (take(parser, "."))
			r = where_parse_key(parser, operand);
		else if (take(parser, "["))
			r = parse_bracket(parser, operand);
		else
			return 0;
	}
	return r;
}

static bool parse_constant(struct where_parser *parser, struct json_value *value)
{
	if (take(parser, "null"))
		*value = (struct json_value){ .kind = JSON_NULL };
	else if (take(parser, "true"))
		*value = (struct json_value){ .kind = JSON_BOOL, .truth = true };
	else if (take(parser, "false"))
		*value = (struct json_value){ .kind = JSON_BOOL };
	else
		return false;
	return true;
}

static bool is_exact_double(const struct json_value *value)
{
	return value->is_integer && value->integer >= -(INT64_C(1) << 53) &&
	       value->integer <= INT64_C(1) << 53;
}

static struct json_value keep_number(struct where_parser *parser)
{
	const struct where_token *token = &parser->next;
	struct json_value value = { .kind = JSON_NUMBER, .number = strtod(token->text, NULL) };
	char *end;

	errno = 0;
	value.integer = strtoll(token->text, &end, 10);
	value.is_integer = errno == 0 && end == token->text + token->size;
	if (end == token->text + token->size && !is_exact_double(&value)) {
		value.string = keep_name(parser);
		value.size = token->size;
	}
	return value;
}

static int parse_operand(struct where_parser *parser, struct where_operand *operand)
{
	if (parse_constant(parser, &operand->value))
		return 0;
	switch (parser->next.kind) {
	case TOKEN_NAME:
		return where_parse_path(parser, operand);
	case TOKEN_NUMBER:
		operand->value = keep_number(parser);
		break;
	case TOKEN_STRING:
		operand->value =
			(struct json_value){ .kind = JSON_STRING, .string = keep_quoted(parser) };
		operand->value.size = strlen(operand->value.string);
		break;
	case TOKEN_OPEN_STRING:
		return fail_at(parser, -EINVAL, "this string has no end");
	case TOKEN_END:
		return fail_at(parser, -EINVAL, "a key or a value is expected at the end");
	default:
		return fail_at(parser, -EINVAL, "a key or a value is expected here");
	}
	advance(parser);
	return 0;
}

/* ---- operators ---- */

static bool take_comparison(struct where_parser *parser, enum where_operator *ret_operator)
{
	static const struct {
		const char *sign;
		enum where_operator operator;
	} comparisons[] = {
		{ "==", WHERE_EQUAL }, { "!=", WHERE_UNEQUAL },	 { "<=", WHERE_AT_MOST },
		{ "<", WHERE_LESS },   { ">=", WHERE_AT_LEAST }, { ">", WHERE_MORE },
		{ "~", WHERE_GLOB },
	};

	for (size_t i = 0; i < sizeof(comparisons) / sizeof(comparisons[0]); i++) {
		if (take(parser, comparisons[i].sign)) {
			*ret_operator = comparisons[i].operator;
			return true;
		}
	}
	return false;
}

static int parse_or(struct where_parser *parser, size_t *ret_at);

static int parse_parentheses(struct where_parser *parser, size_t *ret_at)
{
	int r = parse_or(parser, ret_at);

	if (r < 0)
		return r;
	return take(parser, ")") ? 0 : fail_at(parser, -EINVAL, ") is expected here");
}

/* `token` is where the operand begins. */
static int check_glob(struct where_parser *parser, const struct where_token *token,
		      const struct where_operand *operand)
{
	const char *problem = NULL;

	if (!operand->step_count && operand->value.kind == JSON_STRING)
		problem = where_glob_problem(operand->value.string);
	if (!problem)
		return 0;
	parser->next = *token;
	return fail_at(parser, -EINVAL, problem);
}

static int parse_comparison(struct where_parser *parser, size_t *ret_at)
{
	struct where_node node = { .operator= WHERE_VALUE };
	struct where_token right;
	int r;

	if (take(parser, "("))
		return parse_parentheses(parser, ret_at);
	r = parse_operand(parser, &node.operands[0]);
	if (r == 0 && take_comparison(parser, &node.operator)) {
		right = parser->next;
		r = parse_operand(parser, &node.operands[1]);
	}
	if (r == 0 && node.operator== WHERE_GLOB)
		r = check_glob(parser, &right, &node.operands[1]);
	return r < 0 ? r : add_node(parser, &node, ret_at);
}

static int parse_not(struct where_parser *parser, size_t *ret_at)
{
	struct where_node node = { .operator= WHERE_NOT };
	int r;

	if (++parser->depth > WHERE_MAX_DEPTH)
		return fail_at(parser, -E2BIG, "parentheses are too deep here");
	if (take(parser, "not")) {
		r = parse_not(parser, &node.left);
		if (r == 0)
			r = add_node(parser, &node, ret_at);
	} else {
		r = parse_comparison(parser, ret_at);
	}
	parser->depth--;
	return r;
}

/* Parses operands of one operator: a and b and c. */
static int parse_row(struct where_parser *parser, const char *word, enum where_operator operator,
		     int (*parse)(struct where_parser *parser, size_t *ret_at), size_t *ret_at)
{
	int r = parse(parser, ret_at);

	while (r == 0 && take(parser, word)) {
		struct where_node node = { .operator= operator, .left = * ret_at };

		r = parse(parser, &node.right);
		if (r == 0)
			r = add_node(parser, &node, ret_at);
	}
	return r;
}

static int parse_and(struct where_parser *parser, size_t *ret_at)
{
	return parse_row(parser, "and", WHERE_AND, parse_not, ret_at);
}

static int parse_or(struct where_parser *parser, size_t *ret_at)
{
	return parse_row(parser, "or", WHERE_OR, parse_and, ret_at);
}

static int parse_condition(struct where_parser *parser)
{
	int r = parse_or(parser, &parser->where->root);

	if (r < 0 || parser->next.kind == TOKEN_END)
		return r;
	return fail_at(parser, -EINVAL,
		       "a comparison (== != < <= > >= ~), `and` or `or` is expected here");
}

static struct where *where_create(size_t text_size)
{
	struct where *where = calloc(1, sizeof(*where));

	if (!where)
		return NULL;
	where->nodes = calloc(WHERE_MAX_NODES, sizeof(*where->nodes));
	/* A name of one byte needs two, and is followed by a sign or white space, or by the end. */
	where->strings = calloc(1, 2 * text_size + 2);
	if (where->nodes && where->strings)
		return where;
	where_destroy(where);
	return NULL;
}

int where_parse(const char *text, struct where **ret_where, struct error *err)
{
	size_t size = strlen(text);
	struct where_parser parser = { .text = text, .next = where_token_read(text), .err = err };
	int r;

	if (size > WHERE_MAX_TEXT)
		return error_fail(err, -E2BIG, "the condition is longer than %d bytes",
				  WHERE_MAX_TEXT);
	parser.where = where_create(size);
	if (!parser.where)
		return error_fail(err, -ENOMEM, "out of memory");
	r = parse_condition(&parser);
	if (r < 0)
		where_destroy(parser.where);
	else
		*ret_where = parser.where;
	return r;
}

void where_destroy(struct where *where)
{
	if (!where)
		return;
	free(where->nodes);
	free(where->strings);
	free(where);
}
