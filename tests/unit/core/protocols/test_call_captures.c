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

static void calls_capture_the_request(void **state)
{
	struct call_captures captures;
	uint64_t fields = 0;

	call_captures_init(&captures, "r", false);
	assert_string_equal(captures.root.name, "req");
	assert_string_equal(captures.root.path[0], "r");
	assert_null(captures.root.path[1]);
	for (size_t i = 0; i < captures.count; i++) {
		const struct capture *capture = &captures.captures[i];

		if (capture->field == FIELD_GOID)
			assert_string_equal(capture->expression, "@g.goid");
		else
			assert_memory_equal(capture->expression, "req.", 4);
		if (capture->field == FIELD_PATH)
			assert_string_equal(capture->expression, "req.URL.Path");
		assert_false(capture->required);
		assert_false(fields >> capture->field & 1);
		fields |= UINT64_C(1) << capture->field;
	}
	assert_int_equal(fields, REQUEST_FIELDS | BIT(ROUTE) | BIT(CONTEXT) | BIT(TRACEPARENT));
}

/* What identifies a call within its goroutine is captured once, with or without a request. */
static void calls_capture_their_frame(void **state)
{
	static const char *const parameters[] = { NULL, "r" };

	for (size_t p = 0; p < 2; p++) {
		uint64_t wanted = BIT(GOID) | BIT(STACK_END) | BIT(STACK_POINTER), fields = 0;
		struct call_captures captures;
		struct expression expression;

		if (parameters[p])
			wanted |= REQUEST_FIELDS | BIT(ROUTE) | BIT(CONTEXT) | BIT(TRACEPARENT);
		call_captures_init(&captures, parameters[p], true);
		assert_in_range(captures.count, 1, CALL_MAX_CAPTURES);
		for (size_t i = 0; i < captures.count; i++) {
			const struct capture *capture = &captures.captures[i];

			assert_int_equal(expression_parse(capture->expression, &expression, NULL),
					 0);
			assert_false(fields >> capture->field & 1);
			fields |= UINT64_C(1) << capture->field;
		}
		assert_int_equal(fields, wanted);
		call_captures_init(&captures, parameters[p], false);
		assert_int_equal(captures.count, parameters[p] ? 13 : 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_capture_the_request),
		cmocka_unit_test(calls_capture_their_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
