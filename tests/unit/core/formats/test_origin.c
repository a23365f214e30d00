/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "format.h"

static void refuses_wrong_labels(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "", "a key and a value" },
		{ "env", "a key and a value" },
		{ "=x", "a key has" },
		{ "1a=x", "a key has" },
		{ "a b=x", "a key has" },
		{ "\xc3\xa4=x", "a key has" },
		{ "a\"=x", "a key has" },
		{ "-a=x", "a key has" },
		{ "type=x", "of this name" },
		{ "host=x", "of this name" },
		{ "labels=x", "of this name" },
		{ "http.method=x", "of this name" },
		{ "url.path=x", "of this name" },
		{ "a=\xff", "in UTF-8" },
		{ "env=again", "given twice" },
	};
	struct origin origin = { 0 };
	char text[400];
	struct error err;

	assert_int_equal(origin_add_label(&origin, "env=prod", NULL), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err = (struct error){ 0 };
		assert_int_equal(origin_add_label(&origin, cases[i].text, &err), -EINVAL);
		assert_non_null(strstr(err.what, cases[i].expected));
	}
	memset(text, 'a', sizeof(text));
	strcpy(text + ORIGIN_MOST_KEY + 1, "=x");
	assert_int_equal(origin_add_label(&origin, text, NULL), -EINVAL);
	strcpy(text, "k=");
	memset(text + 2, 'v', ORIGIN_MOST_VALUE + 1);
	text[2 + ORIGIN_MOST_VALUE + 1] = '\0';
	assert_int_equal(origin_add_label(&origin, text, NULL), -EINVAL);
	text[2 + ORIGIN_MOST_VALUE] = '\0';
	assert_int_equal(origin_add_label(&origin, text, NULL), 0);
	assert_int_equal(origin.label_count, 2);
	origin_finish(&origin);
}

static void bounds_the_number_of_labels(void **state)
{
	char texts[ORIGIN_MOST_LABELS + 1][16];
	struct origin origin = { 0 };

	for (int i = 0; i <= ORIGIN_MOST_LABELS; i++) {
		snprintf(texts[i], sizeof(texts[i]), "k%d=", i);
		assert_int_equal(origin_add_label(&origin, texts[i], NULL),
				 i < ORIGIN_MOST_LABELS ? 0 : -EINVAL);
	}
	origin_finish(&origin);
}

static void names_the_node(void **state)
{
	struct origin origin = { 0 };
	char host[256] = "";

	gethostname(host, sizeof(host) - 1);
	assert_int_equal(origin_set_node(&origin, NULL, NULL), 0);
	assert_string_equal(origin.node, host);
	assert_int_equal(origin_set_node(&origin, "web 1", NULL), 0);
	assert_string_equal(origin.node, "web 1");
	assert_int_equal(origin_set_node(&origin, "", NULL), -EINVAL);
	assert_int_equal(origin_set_node(&origin, "\xff", NULL), -EINVAL);
	assert_string_equal(origin.node, "web 1");
}

static void assert_line(const struct origin *origin, const char *expected)
{
	const struct format_options options = { .origin = origin };
	const struct event event = { .type = EVENT_LOST, .count = 7, .where = "kernel" };
	struct format *format;
	struct bytes line;

	assert_int_equal(format_create_json(&options, &format), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(format_line(format, &event, &line), 0);
		assert_int_equal(line.size, strlen(expected));
		assert_memory_equal(line.data, expected, line.size);
	}
	format_destroy(format);
}

static void is_in_each_line(void **state)
{
	struct origin origin = { 0 };

	assert_line(
		&origin,
		"{\"type\":\"lost\",\"time\":\"1970-01-01T00:00:00.000000000Z\",\"count\":7,\"where\":\"kernel\"}\n");
	origin_add_label(&origin, "env=a \"b\" \\ \x1b c", NULL);
	assert_line(
		&origin,
		"{\"type\":\"lost\",\"time\":\"1970-01-01T00:00:00.000000000Z\",\"labels\":{\"env\":\"a \\\"b\\\" \\\\ \\u001b c\"},\"count\":7,\"where\":\"kernel\"}\n");
	origin_set_node(&origin, "n", NULL);
	origin_add_label(&origin, "app.kubernetes.io/name=", NULL);
	assert_line(
		&origin,
		"{\"type\":\"lost\",\"time\":\"1970-01-01T00:00:00.000000000Z\",\"node\":\"n\",\"labels\":{\"env\":\"a \\\"b\\\" \\\\ \\u001b c\",\"app.kubernetes.io/name\":\"\"},\"count\":7,\"where\":\"kernel\"}\n");
	origin_finish(&origin);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_wrong_labels),
		cmocka_unit_test(bounds_the_number_of_labels),
		cmocka_unit_test(names_the_node),
		cmocka_unit_test(is_in_each_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
