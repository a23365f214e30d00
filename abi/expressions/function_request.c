/* SPDX-License-Identifier: MIT */
#include "function_request.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

static int fail_request(const char *text, size_t at, const char *what, struct error *err)
{
	error_fail(err, -EINVAL, "%s", what);
	error_quote(err, text, at);
	return -EINVAL;
}

/*
 * Returns the offset of the list of captures, or of the end of the text. The list begins at the first
 * parenthesis that is not that of a receiver, `.(*T)`, and not inside the brackets of type arguments.
 */
static size_t find_list(const char *text)
{
	size_t depth = 0, at;

	for (at = 0; text[at]; at++) {
		depth += text[at] == '[';
		depth -= text[at] == ']' && depth;
		if (text[at] != '(' || depth)
			continue;
		if (at == 0 || text[at - 1] != '.')
			break;
		while (text[at] && text[at] != ')')
			at++;
		if (!text[at])
			break;
	}
	return at;
}

/* Returns the offset of the comma, or of the closing parenthesis of the list, after a capture; 0 if none. */
static size_t find_capture_end(const char *text, size_t at)
{
	size_t depth = 0;

	for (; text[at]; at++) {
		if (text[at] == '"') {
			at = expression_quoted_end(text, at);
			if (!at)
				return 0;
			at--;
		} else if (text[at] == '(' || text[at] == '[') {
			depth++;
		} else if (depth == 0 && (text[at] == ',' || text[at] == ')')) {
			return at;
		} else if (text[at] == ')' || text[at] == ']') {
			depth -= depth > 0;
		}
	}
	return 0;
}

static int append_capture(struct function_request *request, const char *text, size_t size,
			  struct error *err)
{
	struct expression *captures =
		array_grow(request->captures, request->capture_count, sizeof(*captures));
	char *capture;
	int r;

	if (!captures)
		return error_fail(err, -ENOMEM, "out of memory");
	request->captures = captures;
	capture = strndup(text, size);
	if (!capture)
		return error_fail(err, -ENOMEM, "out of memory");
	r = expression_parse(capture, &captures[request->capture_count], err);
	free(capture);
	if (r == 0)
		request->capture_count++;
	return r;
}

/* Parses the capture at `*at`, and sets `*at` to the comma or parenthesis after it. */
static int parse_capture(struct function_request *request, const char *text, size_t *at,
			 struct error *err)
{
	size_t begin = *at, end;

	while (text[begin] == ' ')
		begin++;
	*at = find_capture_end(text, begin);
	if (!*at)
		return fail_request(text, strlen(text), "a closing ) is expected here", err);
	for (end = *at; end > begin && text[end - 1] == ' ';)
		end--;
	if (end == begin)
		return fail_request(text, begin, "an expression is expected here", err);
	if (request->capture_count == FUNCTION_REQUEST_MAX_CAPTURES)
		return fail_request(text, begin, "too many captures at one function", err);
	return append_capture(request, text + begin, end - begin, err);
}

static int parse_list(struct function_request *request, const char *text, size_t at,
		      struct error *err)
{
	int r;

	request->has_list = true;
	if (text[at] == ')' && !text[at + 1])
		return 0;
	for (;; at++) {
		r = parse_capture(request, text, &at, err);
		if (r < 0)
			return r;
		if (text[at] == ')')
			return text[at + 1] ?
				       fail_request(text, at + 1, "the end is expected here", err) :
				       0;
	}
}

int function_request_parse(const char *text, struct function_request *ret_request,
			   struct error *err)
{
	struct function_request request = { 0 };
	size_t list = find_list(text);
	int r = 0;

	if (list == 0)
		return fail_request(text, 0, "the name of a function is expected here", err);
	request.function = strndup(text, list);
	if (!request.function)
		return error_fail(err, -ENOMEM, "out of memory");
	if (text[list])
		r = parse_list(&request, text, list + 1, err);
	if (r == 0)
		r = expressions_check_names(request.captures, request.capture_count, err);
	if (r < 0)
		function_request_finish(&request);
	else
		*ret_request = request;
	return r;
}

/* Returns -EINVAL if the request has a different expression with the same name. */
static int check_capture(const struct function_request *request,
			 const struct expression *expression, struct error *err)
{
	for (size_t i = 0; i < request->capture_count; i++) {
		const struct expression *other = &request->captures[i];

		if (strcmp(other->name, expression->name) == 0 &&
		    !expression_equal(other, expression))
			return expression_fail(
				err, -EINVAL, expression, 0,
				"%s: %s and %s have the same name: rename one of them with name=…",
				request->function, other->text, expression->text);
	}
	return 0;
}

static int check_pair(const struct function_request *first, const struct function_request *second,
		      struct error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < second->capture_count; i++)
		r = check_capture(first, &second->captures[i], err);
	return r;
}

int function_requests_check(const struct function_request *requests, size_t count,
			    struct error *err)
{
	int r = 0;

	for (size_t i = 1; r == 0 && i < count; i++) {
		for (size_t j = 0; r == 0 && j < i; j++) {
			if (strcmp(requests[i].function, requests[j].function) == 0)
				r = check_pair(&requests[j], &requests[i], err);
		}
	}
	return r;
}

void function_request_finish(struct function_request *request)
{
	free(request->captures);
	free(request->function);
	*request = (struct function_request){ 0 };
}
