/* SPDX-License-Identifier: MIT */
/* The header traceparent, as W3C Trace Context describes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "traceparent.h"

#define TRACE "0af7651916cd43dd8448eb211c80319c"
#define SPAN "b7ad6b7169203331"
#define NO_TRACE "00000000000000000000000000000000"
#define NO_SPAN "0000000000000000"

/* A copy without a byte behind it, so that a sanitizer or valgrind sees what is read there. */
static struct traceparent parse_copy(const char *header, char **ret_copy)
{
	size_t size = strlen(header);

	*ret_copy = malloc(size + !size);
	assert_non_null(*ret_copy);
	memcpy(*ret_copy, header, size);
	return traceparent_parse((struct text){ PRESENT, *ret_copy, (uint32_t)size, size });
}

static void assert_valid(const char *header, bool sampled)
{
	char *copy;
	struct traceparent found = parse_copy(header, &copy);

	assert_int_equal(found.presence, PRESENT);
	assert_memory_equal(found.trace_id, TRACE, TRACE_ID_SIZE);
	assert_memory_equal(found.span_id, SPAN, SPAN_ID_SIZE);
	assert_int_equal(found.sampled, sampled);
	free(copy);
}

static void assert_invalid(const char *header)
{
	char *copy;

	assert_int_equal(parse_copy(header, &copy).presence, ABSENT);
	free(copy);
}

static void valid_headers(void **state)
{
	assert_valid("00-" TRACE "-" SPAN "-01", true);
	assert_valid("00-" TRACE "-" SPAN "-00", false);
	assert_valid("00-" TRACE "-" SPAN "-fe", false);
	assert_valid("00-" TRACE "-" SPAN "-0b", true);
	assert_valid("fe-" TRACE "-" SPAN "-01", true);
	assert_valid("01-" TRACE "-" SPAN "-01-what-will-be-here", true);
}

static void invalid_headers(void **state)
{
	static const char whole[] = "00-" TRACE "-" SPAN "-01";
	char text[sizeof(whole)];

	for (size_t size = 0; size < sizeof(whole) - 1; size++) {
		memcpy(text, whole, sizeof(whole));
		text[size] = '\0';
		assert_invalid(text);
		/* Neither a digit nor a dash, at each place; an upper-case letter is no digit. */
		memcpy(text, whole, sizeof(whole));
		text[size] = 'g';
		assert_invalid(text);
		text[size] = 'A';
		assert_invalid(text);
	}
	assert_invalid("ff-" TRACE "-" SPAN "-01");
	assert_invalid("00-" NO_TRACE "-" SPAN "-01");
	assert_invalid("00-" TRACE "-" NO_SPAN "-01");
	assert_invalid("00-" TRACE "-" SPAN "-01-");
	assert_invalid("01-" TRACE "-" SPAN "-01.");
	assert_int_equal(traceparent_parse((struct text){ .presence = ABSENT }).presence, ABSENT);
	assert_int_equal(traceparent_parse((struct text){ .presence = UNREADABLE }).presence,
			 ABSENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(valid_headers),
		cmocka_unit_test(invalid_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
