/* SPDX-License-Identifier: MIT */
#include "request_captures.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "header_name.h"

static int add_expression(struct request_captures *captures, const char *text, struct error *err)
{
	struct expression *expression = &captures->items[captures->count];
	const char *root = expression->steps[0].name;
	int r = expression_parse(text, expression, err);

	if (r < 0)
		return r;
	captures->count++;
	if (strcmp(root, REQUEST_ROOT) == 0 || strcmp(root, RESPONSE_ROOT) == 0)
		return 0;
	return expression_fail(
		err, -EINVAL, expression, expression->steps[0].at,
		"a capture of a request begins with req, the request, or w, its response");
}

/* RFC 9110, section 5.6.2: a token. */
static int check_header(const char *name, struct error *err)
{
	static const char others[] = "!#$%&'*+-.^_`|~";
	size_t size = strlen(name);

	for (const char *byte = name; *byte; byte++) {
		if (!isalnum((unsigned char)*byte) && !strchr(others, *byte))
			size = 0;
	}
	if (size == 0 || size > EXPRESSION_MAX_KEY)
		return error_fail(err, -EINVAL, "\"%s\" is not a header name of at most %d bytes",
				  name, EXPRESSION_MAX_KEY);
	return 0;
}

/* Copies a name that check_header() accepted. */
static void copy_canonical(const char *header, char name[EXPRESSION_MAX_KEY + 1])
{
	snprintf(name, EXPRESSION_MAX_KEY + 1, "%s", header);
	header_name_canonicalize(name);
}

/* Adds a field of a root or, with a key, the element of a map, which is the field or, without a field, the root. */
static int add_header(struct request_captures *captures, const char *header, const char *root,
		      const char *field, const char *key, struct error *err)
{
	struct expression *expression = &captures->items[captures->count];
	int r = expression_make(expression, header, root, err);

	if (r == 0 && field)
		r = expression_add_field(expression, field, err);
	if (r == 0 && key)
		r = expression_add_key(expression, key, err);
	if (r == 0)
		captures->count++;
	return r;
}

/* Host is a field of the request, in all releases. */
static int add_request_header(struct request_captures *captures, const char *header,
			      struct error *err)
{
	char name[EXPRESSION_MAX_KEY + 1];

	copy_canonical(header, name);
	if (strcmp(name, "Host") == 0)
		return add_header(captures, name, REQUEST_ROOT, "Host", NULL, err);
	return add_header(captures, name, REQUEST_ROOT, "Header", name, err);
}

/*
 * The sent headers are copied when the header is written, if there are any. Headers that are set later are not sent.
 */
static int add_response_header(struct request_captures *captures, const char *header,
			       struct error *err)
{
	char name[EXPRESSION_MAX_KEY + 1];
	int r;

	copy_canonical(header, name);
	r = add_header(captures, name, RESPONSE_ROOT, "wroteHeader", NULL, err);
	if (r == 0)
		r = add_header(captures, name, SENT_HEADERS_ROOT, NULL, name, err);
	if (r == 0)
		r = add_header(captures, name, RESPONSE_ROOT, "handlerHeader", name, err);
	return r;
}

static int add_headers(struct request_captures *captures, const char *const *headers, size_t count,
		       int (*add)(struct request_captures *captures, const char *header,
				  struct error *err),
		       struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		r = check_header(headers[i], err);
		if (r == 0)
			r = add(captures, headers[i], err);
	}
	return r;
}

static int add_all(struct request_captures *captures, const struct request_capture_texts *texts,
		   struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < texts->expression_count; i++)
		r = add_expression(captures, texts->expressions[i], err);
	captures->expression_count = captures->count;
	if (r == 0)
		r = expressions_check_names(captures->items, captures->count, err);
	if (r == 0)
		r = add_headers(captures, texts->request_headers, texts->request_header_count,
				add_request_header, err);
	if (r == 0)
		r = add_headers(captures, texts->response_headers, texts->response_header_count,
				add_response_header, err);
	return r;
}

int request_captures_parse(const struct request_capture_texts *texts,
			   struct request_captures *ret_captures, struct error *err)
{
	size_t count = texts->expression_count + texts->request_header_count +
		       RESPONSE_HEADER_VALUES * texts->response_header_count;
	struct request_captures captures = { .count = 0 };
	int r;

	if (count > REQUEST_MAX_VALUES)
		return error_fail(err, -E2BIG, "too many captures for one request");
	captures.items = calloc(count + 1, sizeof(*captures.items));
	if (!captures.items)
		return error_fail(err, -ENOMEM, "out of memory");
	r = add_all(&captures, texts, err);
	if (r < 0)
		request_captures_finish(&captures);
	else
		*ret_captures = captures;
	return r;
}

void request_captures_finish(struct request_captures *captures)
{
	free(captures->items);
	*captures = (struct request_captures){ 0 };
}

void request_values_init(struct request_values *values, const struct request_captures *captures,
			 const struct scope_roots *roots)
{
	*values = (struct request_values){ .count = 0 };
	for (size_t i = 0; i < captures->count; i++) {
		const struct expression *expression = &captures->items[i];

		if (!scope_roots_find(roots, expression->steps[0].name))
			continue;
		values->items[values->count++].expression = expression;
		values->expression_count += i < captures->expression_count;
	}
}
