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

#define BIT(field) (1u << FIELD_##field)
#define REQUEST_FIELDS                                                                \
	(BIT(GOID) | BIT(METHOD) | BIT(PATH) | BIT(QUERY) | BIT(HOST) | BIT(REMOTE) | \
	 BIT(PROTOCOL_MAJOR) | BIT(PROTOCOL_MINOR) | BIT(TLS) | BIT(REQUEST_BYTES))

static void calls_capture_the_request(void **state)
{
	struct call_captures captures;
	uint32_t fields = 0;

	call_captures_init(&captures, "r", false);
	for (size_t i = 0; i < captures.count; i++) {
		const struct capture *capture = &captures.captures[i];

		assert_ptr_equal(capture->expression, captures.texts[i]);
		assert_null(strchr(capture->expression, '%'));
		if (capture->field == FIELD_GOID)
			assert_string_equal(capture->expression, "@g.goid");
		else
			assert_memory_equal(capture->expression, "r.", 2);
		if (capture->field == FIELD_PATH)
			assert_string_equal(capture->expression, "r.URL.Path");
		assert_false(capture->required);
		assert_false(fields >> capture->field & 1);
		fields |= 1u << capture->field;
	}
	assert_int_equal(fields, REQUEST_FIELDS | BIT(ROUTE));
}

/* What tells a call from others of its goroutine is captured with or without a request, once. */
static void calls_capture_their_frame(void **state)
{
	static const char *const parameters[] = { NULL, "r" };

	for (size_t p = 0; p < 2; p++) {
		uint32_t wanted = BIT(GOID) | BIT(STACK_END) | BIT(STACK_POINTER), fields = 0;
		struct call_captures captures;
		struct expression expression;

		if (parameters[p])
			wanted |= REQUEST_FIELDS | BIT(ROUTE);
		call_captures_init(&captures, parameters[p], true);
		assert_in_range(captures.count, 1, CALL_MAX_CAPTURES);
		for (size_t i = 0; i < captures.count; i++) {
			assert_int_equal(expression_parse(captures.texts[i], &expression, NULL), 0);
			assert_false(fields >> captures.captures[i].field & 1);
			fields |= 1u << captures.captures[i].field;
		}
		assert_int_equal(fields, wanted);
		call_captures_init(&captures, parameters[p], false);
		assert_int_equal(captures.count, parameters[p] ? 11 : 1);
	}
}

/* A name too long for an expression is refused there; cut, it could name another parameter. */
static void long_parameters_stay_wrong(void **state)
{
	struct call_captures captures;
	struct expression expression;
	char name[300];

	memset(name, 'p', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	call_captures_init(&captures, name, false);
	for (size_t i = 0; i < captures.count; i++) {
		assert_non_null(memchr(captures.texts[i], '\0', CALL_CAPTURE_TEXT));
		if (captures.captures[i].field != FIELD_GOID)
			assert_int_equal(expression_parse(captures.texts[i], &expression, NULL),
					 -E2BIG);
	}
	/* The longest that fits. */
	name[EXPRESSION_MAX_NAME - 1] = '\0';
	call_captures_init(&captures, name, false);
	for (size_t i = 0; i < captures.count; i++)
		assert_int_equal(expression_parse(captures.texts[i], &expression, NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_capture_the_request),
		cmocka_unit_test(calls_capture_their_frame),
		cmocka_unit_test(long_parameters_stay_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
