/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "answer_reader.h"

static void assert_answer(const char *answer, uint64_t rejected, const char *message)
{
	const struct bytes bytes = { (const uint8_t *)answer, strlen(answer) };
	char text[32];

	assert_int_equal(answer_rejected(bytes, "rejectedSpans"), rejected);
	answer_message(bytes, text, sizeof(text));
	assert_string_equal(text, message);
}

static void reads_answers(void **state)
{
	assert_answer("{}", 0, "");
	assert_answer("{\"partialSuccess\":{}}", 0, "");
	assert_answer("{\"partialSuccess\":null}", 0, "");
	assert_answer("{\"partialSuccess\":{\"rejectedSpans\":\"7\",\"errorMessage\":\"too old\"}}",
		      7, "too old");
	assert_answer("{\"partialSuccess\":{\"rejectedSpans\":7}}", 7, "");
	assert_answer("{\"partialSuccess\":{\"rejectedSpans\":-7}}", 0, "");
	assert_answer("{\"partialSuccess\":{\"rejectedSpans\":\"-7\"}}", 0, "");
	assert_answer("{\"code\":3,\"message\":\"no token\"}", 0, "no token");
}

/* Proxies answer with text, or with nothing. */
static void reads_other_texts(void **state)
{
	assert_answer("", 0, "");
	assert_answer("404 page not found\n", 0, "404 page not found");
	assert_answer("<html><body>0123456789012345678901234567890123456789", 0,
		      "<html><body>0123456789012345678");
	assert_answer("{\"partialSuccess\":", 0, "{\"partialSuccess\":");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_answers),
		cmocka_unit_test(reads_other_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
