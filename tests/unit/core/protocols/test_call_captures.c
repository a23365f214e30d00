/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "call_captures.h"
#include "hit_field.h"

#define BIT(field) (UINT64_C(1) << FIELD_##field)
#define REQUEST_FIELDS                                                                \
	(BIT(GOID) | BIT(METHOD) | BIT(PATH) | BIT(QUERY) | BIT(HOST) | BIT(REMOTE) | \
	 BIT(PROTOCOL_MAJOR) | BIT(PROTOCOL_MINOR) | BIT(TLS) | BIT(REQUEST_BYTES))

#define EXTRAS (BIT(CONTEXT) | BIT(TRACEPARENT) | BIT(CONTEXT_CHAIN) | BIT(PARENT_GOID))

/* Returns the fields of the captures that are extra, or of the others; each is there once. */
static uint64_t fields_of(const struct call_captures *captures, bool extra)
{
	struct expression expression;
	uint64_t fields = 0;

	assert_in_range(captures->count, 1, CALL_MAX_CAPTURES);
	for (size_t i = 0; i < captures->count; i++) {
		const struct capture *capture = &captures->captures[i];

		assert_int_equal(expression_parse(capture->expression, &expression, NULL), 0);
		for (size_t other = 0; other < i; other++)
			assert_int_not_equal(captures->captures[other].field, capture->field);
		if ((capture->extra != 0) == extra)
			fields |= UINT64_C(1) << capture->field;
	}
	return fields;
}

static void calls_capture_the_request(void **state)
{
	struct call_captures captures;

	call_captures_init(&captures, &(struct call_parameters){ .request = "r" }, false);
	assert_string_equal(captures.roots[0].name, "req");
	assert_string_equal(captures.roots[0].path[0], "r");
	assert_null(captures.roots[0].path[1]);
	for (size_t i = 0; i < captures.count; i++) {
		const struct capture *capture = &captures.captures[i];

		if (capture->field == FIELD_GOID || capture->field == FIELD_PARENT_GOID)
			assert_memory_equal(capture->expression, "@g.", 3);
		else
			assert_memory_equal(capture->expression, "req.", 4);
		if (capture->field == FIELD_PATH)
			assert_string_equal(capture->expression, "req.URL.Path");
		assert_false(capture->required);
	}
	assert_int_equal(fields_of(&captures, false), REQUEST_FIELDS | BIT(ROUTE));
	assert_int_equal(fields_of(&captures, true), EXTRAS);
}

/* A context of its own is followed, not that of the request. */
static void calls_follow_their_context(void **state)
{
	struct call_captures captures;
	bool follows = false;

	call_captures_init(&captures, &(struct call_parameters){ .context = "c" }, false);
	assert_int_equal(fields_of(&captures, false), BIT(GOID));
	assert_int_equal(fields_of(&captures, true), BIT(CONTEXT_CHAIN) | BIT(PARENT_GOID));
	call_captures_init(&captures, &(struct call_parameters){ "r", "c" }, false);
	assert_string_equal(captures.roots[1].name, "ctx");
	assert_string_equal(captures.roots[1].path[0], "c");
	assert_int_equal(fields_of(&captures, true), EXTRAS);
	for (size_t i = 0; i < captures.count; i++)
		follows |= strcmp(captures.captures[i].expression, "ctx") == 0;
	assert_true(follows);
}

/* What identifies a call within its goroutine is captured once, with or without a request. */
static void calls_capture_their_frame(void **state)
{
	uint64_t frame = BIT(GOID) | BIT(STACK_END) | BIT(STACK_POINTER);
	struct call_captures captures;

	call_captures_init(&captures, &(struct call_parameters){ NULL }, true);
	assert_int_equal(fields_of(&captures, false), frame);
	assert_int_equal(fields_of(&captures, true), BIT(PARENT_GOID));
	call_captures_init(&captures, &(struct call_parameters){ .request = "r" }, true);
	assert_int_equal(fields_of(&captures, false), frame | REQUEST_FIELDS | BIT(ROUTE));
	call_captures_init(&captures, &(struct call_parameters){ NULL }, false);
	assert_int_equal(fields_of(&captures, false), BIT(GOID));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_capture_the_request),
		cmocka_unit_test(calls_follow_their_context),
		cmocka_unit_test(calls_capture_their_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
