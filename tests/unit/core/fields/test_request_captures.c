/* SPDX-License-Identifier: MIT */
/* The captures that a user requests for each request, and the part of them that a probe reads. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "request_captures.h"

struct request {
	const char *expressions[4], *request_headers[4], *response_headers[4];
};

static size_t count_of(const char *const *texts)
{
	size_t count = 0;

	while (count < 4 && texts[count])
		count++;
	return count;
}

static int parse(const struct request *request, struct request_captures *captures,
		 struct error *err)
{
	const struct request_capture_texts texts = {
		request->expressions,	   count_of(request->expressions),
		request->request_headers,  count_of(request->request_headers),
		request->response_headers, count_of(request->response_headers),
	};

	return request_captures_parse(&texts, captures, err);
}

/* "name=root.step[key]": the tree, not the text it came from. */
static void describe(const struct expression *expression, char *text)
{
	text += sprintf(text, "%s=%s", expression->name, expression->steps[0].name);
	for (size_t i = 1; i < expression->step_count; i++) {
		const struct expression_step *step = &expression->steps[i];

		if (step->kind == STEP_KEY)
			text += sprintf(text, "[%.*s]", (int)step->key_size, step->key);
		else
			text += sprintf(text, ".%s", step->name);
	}
}

static void assert_values(const struct request_captures *captures, const char *const *roots,
			  size_t expression_count, const char *wanted)
{
	struct scope_root items[3];
	struct scope_roots scope = { .items = items };
	struct request_values values;
	char text[1024] = "";

	for (; roots[scope.count]; scope.count++)
		items[scope.count] = (struct scope_root){ roots[scope.count], { "anything" } };
	request_values_init(&values, captures, &scope);
	for (size_t i = 0; i < values.count; i++) {
		describe(values.items[i].expression, text + strlen(text));
		strcat(text, i + 1 < values.count ? " " : "");
	}
	assert_string_equal(text, wanted);
	assert_int_equal(values.expression_count, expression_count);
}

/* Each probe reads the captures that it can reach. */
static void asks_probes_for_what_they_have(void **state)
{
	static const struct request request = {
		{ "req.Method", "code=w.status", "len(req.Form)" },
		{ "x-id", "hOST" },
		{ "content-type" },
	};
	static const char *const of_request[] = { "req", NULL }, *const nothing[] = { NULL },
				 *const of_response[] = { "w", "sent", NULL };
	struct request_captures captures;

	assert_int_equal(parse(&request, &captures, NULL), 0);
	assert_values(&captures, of_request, 2,
		      "req.Method=req.Method len(req.Form)=req.Form "
		      "X-Id=req.Header[X-Id] Host=req.Host");
	assert_values(&captures, of_response, 1,
		      "code=w.status Content-Type=w.wroteHeader Content-Type=sent[Content-Type] "
		      "Content-Type=w.handlerHeader[Content-Type]");
	assert_values(&captures, nothing, 0, "");
	request_captures_finish(&captures);
	request_captures_finish(&captures);
	assert_null(captures.items);
}

static void asks_for_nothing(void **state)
{
	static const struct request request = { { NULL } };
	struct request_captures captures;

	assert_int_equal(parse(&request, &captures, NULL), 0);
	assert_int_equal(captures.count, 0);
	request_captures_finish(&captures);
}

static void refuses_what_is_wrong(void **state)
{
	static const struct {
		struct request request;
		const char *why, *quote;
	} rows[] = {
		{ { { "req..Method" } }, "a name is expected here", "req..Method" },
		{ { { "r.Method" } }, "begins with req, the request, or w", "r.Method" },
		{ { { "sent.x" } }, "begins with req, the request, or w", "sent.x" },
		{ { { "req.A", "x=req.B", "x=w.C" } },
		  "another capture has the same name",
		  "x=w.C" },
		{ { { NULL }, { "" } }, "not a header name", "" },
		{ { { NULL }, { "x id" } }, "not a header name", "" },
		{ { { NULL }, { NULL }, { "x\"" } }, "not a header name", "" },
		{ { { NULL },
		    { "x123456789012345678901234567890123456789012345678901234567890123x" } },
		  "at most 64 bytes",
		  "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct request_captures captures = { .count = 7 };
		struct error err = { 0 };

		assert_int_equal(parse(&rows[i].request, &captures, &err), -EINVAL);
		assert_non_null(strstr(err.what, rows[i].why));
		assert_string_equal(err.quote, rows[i].quote);
		assert_int_equal(captures.count, 7);
	}
}

static void bounds_their_number(void **state)
{
	static const char *headers[REQUEST_MAX_VALUES / RESPONSE_HEADER_VALUES + 1];
	struct request_capture_texts texts = { .response_headers = headers };
	struct request_captures captures;

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		headers[i] = "x";
	texts.response_header_count = sizeof(headers) / sizeof(headers[0]);
	assert_int_equal(request_captures_parse(&texts, &captures, NULL), -E2BIG);
	texts.response_header_count--;
	assert_int_equal(request_captures_parse(&texts, &captures, NULL), 0);
	assert_int_equal(captures.count, texts.response_header_count * RESPONSE_HEADER_VALUES);
	request_captures_finish(&captures);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_probes_for_what_they_have),
		cmocka_unit_test(asks_for_nothing),
		cmocka_unit_test(refuses_what_is_wrong),
		cmocka_unit_test(bounds_their_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
