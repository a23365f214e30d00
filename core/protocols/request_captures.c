/* SPDX-License-Identifier: MIT */
#include "request_captures.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char request_name[] = "req", response_name[] = "w";

bool request_captures_any(const struct request_captures *captures)
{
	return captures->expression_count || captures->request_header_count ||
	       captures->response_header_count;
}

static int check_expression(const char *text, struct error *err)
{
	struct expression expression;
	const char *root = expression.steps[0].name;
	int r = expression_parse(text, &expression, err);

	if (r < 0 || strcmp(root, request_name) == 0 || strcmp(root, response_name) == 0)
		return r;
	return expression_fail(
		err, -EINVAL, &expression, expression.steps[0].at,
		"what is captured of a request begins with req, the request, or w, its response");
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
		return error_fail(err, -EINVAL, "\"%s\" is no name of a header of at most %d bytes",
				  name, EXPRESSION_MAX_KEY);
	return 0;
}

int request_captures_check(const struct request_captures *captures, struct error *err)
{
	size_t count = captures->expression_count + captures->request_header_count +
		       RESPONSE_HEADER_WISHES * captures->response_header_count;
	int r = count > REQUEST_MAX_WISHES ?
			error_fail(err, -E2BIG, "too many captures of each request") :
			0;

	if (r == 0)
		r = expressions_check(captures->expressions, captures->expression_count, err);
	for (size_t i = 0; r == 0 && i < captures->expression_count; i++)
		r = check_expression(captures->expressions[i], err);
	for (size_t i = 0; r == 0 && i < captures->request_header_count; i++)
		r = check_header(captures->request_headers[i], err);
	for (size_t i = 0; r == 0 && i < captures->response_header_count; i++)
		r = check_header(captures->response_headers[i], err);
	return r;
}

/* As net/textproto has it: content-type becomes Content-Type. */
static void canonicalize(const char *name, char *text, size_t size)
{
	bool begins = true;
	size_t i;

	for (i = 0; name[i] && i + 1 < size; i++) {
		text[i] = (char)(begins ? toupper((unsigned char)name[i]) :
					  tolower((unsigned char)name[i]));
		begins = name[i] == '-';
	}
	text[i] = '\0';
}

static struct shape_wish *add_wish(struct request_wishes *wishes, const char *name,
				   const char *format, ...) __attribute__((format(printf, 3, 4)));

static struct shape_wish *add_wish(struct request_wishes *wishes, const char *name,
				   const char *format, ...)
{
	char *text = wishes->texts[wishes->count];
	struct shape_wish *wish = &wishes->wishes[wishes->count];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, REQUEST_WISH_SIZE, format, arguments);
	va_end(arguments);
	snprintf(wishes->names[wishes->count], REQUEST_WISH_SIZE, "%s", name);
	*wish = (struct shape_wish){ text, wishes->names[wishes->count] };
	wishes->count++;
	return wish;
}

/* The expression with another root. */
static void add_expression(struct request_wishes *wishes, const char *text,
			   const char *request_root, const char *response_root)
{
	struct expression expression;
	const char *root = expression.steps[0].name, *other;
	size_t at;

	if (expression_parse(text, &expression, NULL) < 0)
		return;
	other = strcmp(root, request_name) == 0 ? request_root : response_root;
	at = expression.steps[0].at;
	if (!other)
		return;
	/* A name was given before the root, and is not part of the text that is compiled. */
	add_wish(wishes, expression.name, "%s%s%s",
		 expression.measure == MEASURE_LEN ? "len(" :
		 expression.measure		   ? "cap(" :
						     "",
		 other, text + at + strlen(root));
}

/* Host is a field of its own, in all releases. */
static void add_request_header(struct request_wishes *wishes, const char *header, const char *root)
{
	char name[EXPRESSION_MAX_KEY + 1];

	canonicalize(header, name, sizeof(name));
	if (strcmp(name, "Host") == 0)
		add_wish(wishes, name, "%s.Host", root);
	else
		add_wish(wishes, name, "%s.Header[\"%s\"]", root, name);
}

/* What is sent is copied when the header is written, if there is anything; what comes later is not sent. */
static void add_response_header(struct request_wishes *wishes, const char *header, const char *root)
{
	const char *sent = strstr(root, "rws") ? "snapHeader" : "cw.header";
	char name[EXPRESSION_MAX_KEY + 1];

	canonicalize(header, name, sizeof(name));
	add_wish(wishes, name, "%s.wroteHeader", root);
	add_wish(wishes, name, "%s.%s[\"%s\"]", root, sent, name);
	add_wish(wishes, name, "%s.handlerHeader[\"%s\"]", root, name);
}

void request_wishes_init(struct request_wishes *wishes, const struct request_captures *captures,
			 const char *request_root, const char *response_root)
{
	wishes->count = 0;
	for (size_t i = 0; i < captures->expression_count; i++)
		add_expression(wishes, captures->expressions[i], request_root, response_root);
	wishes->expression_count = wishes->count;
	for (size_t i = 0; request_root && i < captures->request_header_count; i++)
		add_request_header(wishes, captures->request_headers[i], request_root);
	for (size_t i = 0; response_root && i < captures->response_header_count; i++)
		add_response_header(wishes, captures->response_headers[i], response_root);
}
