/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format.h"

/* Most forms of a line are tested in tests/golden. These tests need more than one event. */

static const struct process_identity shop = {
	.pid = 1234,
	.comm = "shop",
	.exe = "/srv/shop",
	.go_version = "go1.25.1",
	.convention = "register",
};

static const struct redaction redaction;
static const struct format_options options = { .redaction = &redaction };

static struct text text_of(const char *text)
{
	return (struct text){ PRESENT, text, strlen(text), strlen(text) };
}

static void assert_line(struct format *format, const struct event *event, const char *wanted)
{
	struct bytes line;
	char *text;

	assert_int_equal(format_line(format, event, &line), 0);
	text = strndup((const char *)line.data, line.size);
	assert_string_equal(text, wanted);
	assert_int_equal(line.size, strlen(wanted));
	free(text);
}

static struct event small_call(void)
{
	return (struct event){
		.type = EVENT_CALL,
		.time = 5,
		.process = &shop,
		.tid = 7,
		.function = "main.(*T).ping",
		.path = text_of("/"),
	};
}

#define CALL_HEAD                                                                                \
	"{\"type\":\"call\",\"time\":\"1970-01-01T00:00:00.000000005Z\",\"pid\":1234,\"tid\":7," \
	"\"comm\":\"shop\",\"exe\":\"/srv/shop\",\"function\":\"main.(*T).ping\","

static void makes_one_line_after_another(void **state)
{
	struct event call = small_call();
	struct event lost = { .type = EVENT_LOST, .time = -1, .count = 12, .where = "kernel" };
	struct event attach = { .type = EVENT_ATTACH, .process = &shop };
	struct format *format;

	assert_int_equal(format_create_json(&options, &format), 0);
	for (int round = 0; round < 3; round++) {
		assert_line(format, &call, CALL_HEAD "\"path\":\"/\"}\n");
		assert_line(format, &lost,
			    "{\"type\":\"lost\",\"time\":\"1969-12-31T23:59:59.999999999Z\","
			    "\"count\":12,\"where\":\"kernel\"}\n");
		assert_line(format, &attach,
			    "{\"type\":\"attach\",\"time\":\"1970-01-01T00:00:00.000000000Z\","
			    "\"pid\":1234,\"comm\":\"shop\",\"exe\":\"/srv/shop\","
			    "\"go\":\"go1.25.1\",\"abi\":\"register\"}\n");
	}
	format_destroy(format);
}

/* Memory for escapes is allocated once, for the longest string so far. */
static void escapes_strings_of_any_size(void **state)
{
	enum { SIZE = 8192, ESCAPE = 6 };
	static char path[SIZE], wanted[SIZE * ESCAPE + 512];
	struct event call = small_call();
	struct format *format;

	assert_int_equal(format_create_json(&options, &format), 0);
	for (size_t size = 1; size <= SIZE; size *= 2) {
		char *end = wanted + sprintf(wanted, "%s", CALL_HEAD "\"path\":\"");

		memset(path, 0x1b, size);
		for (size_t i = 0; i < size; i++)
			end += sprintf(end, "\\u001b");
		strcpy(end, "\"}\n");
		call.path = (struct text){ PRESENT, path, size, size };
		assert_line(format, &call, wanted);
	}
	call.path = text_of("/");
	assert_line(format, &call, CALL_HEAD "\"path\":\"/\"}\n");
	format_destroy(format);
}

static void cuts_at_whole_characters(void **state)
{
	struct event call = small_call();
	struct format *format;

	assert_int_equal(format_create_json(&options, &format), 0);
	call.path = (struct text){ PRESENT, "/\xe2\x82", 3, 100 };
	assert_line(format, &call,
		    CALL_HEAD "\"path\":\"/\",\"truncated\":[\"path\"],\"path_bytes\":100}\n");
	/* If the string ends there, the same bytes are broken, not cut. */
	call.path = (struct text){ PRESENT, "/\xe2\x82", 3, 3 };
	assert_line(format, &call, CALL_HEAD "\"path\":\"/\xef\xbf\xbd\xef\xbf\xbd\"}\n");
	/* The string has bytes, but none was captured. */
	call.path = (struct text){ ABSENT, NULL, 0, 0 };
	call.host = (struct text){ PRESENT, "", 0, UINT32_MAX };
	assert_line(format, &call,
		    CALL_HEAD
		    "\"host\":\"\",\"truncated\":[\"host\"],\"host_bytes\":4294967295}\n");
	format_destroy(format);
}

static void names_are_hostile_too(void **state)
{
	struct process_identity hostile = shop;
	struct event event = { .type = EVENT_DETACH, .process = &hostile };
	struct format *format;

	memcpy(hostile.comm, "a\"\n\x1b\xff", 6);
	hostile.exe = "/srv/\xe2\x80\xae (deleted)";
	hostile.go_version = "go1.25\x7f";
	assert_int_equal(format_create_json(&options, &format), 0);
	assert_line(
		format, &event,
		"{\"type\":\"detach\",\"time\":\"1970-01-01T00:00:00.000000000Z\",\"pid\":1234,"
		"\"comm\":\"a\\\"\\u000a\\u001b\xef\xbf\xbd\",\"exe\":\"/srv/\\u202e (deleted)\","
		"\"go\":\"go1.25\\u007f\",\"abi\":\"register\"}\n");
	format_destroy(format);
	format_destroy(NULL);
}

/* A request may claim any version. */
static void writes_any_protocol_version(void **state)
{
	static const struct {
		int64_t major, minor;
		const char *text;
	} rows[] = {
		{ 0, 9, "HTTP/0.9" },	{ 1, 0, "HTTP/1.0" },	{ 1, 1, "HTTP/1.1" },
		{ 2, 0, "HTTP/2.0" },	{ 9, 10, "HTTP/9.10" }, { 10, 0, "HTTP/10.0" },
		{ 1, -1, "HTTP/1.-1" }, { -1, 1, "HTTP/-1.1" },
	};
	struct event call = small_call();
	struct format *format;
	char wanted[512];

	assert_int_equal(format_create_json(&options, &format), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		call.protocol_major = (struct integer){ PRESENT, rows[i].major };
		call.protocol_minor = (struct integer){ PRESENT, rows[i].minor };
		snprintf(wanted, sizeof(wanted), "%s\"path\":\"/\",\"protocol\":\"%s\"}\n",
			 CALL_HEAD, rows[i].text);
		assert_line(format, &call, wanted);
	}
	format_destroy(format);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_one_line_after_another),
		cmocka_unit_test(escapes_strings_of_any_size),
		cmocka_unit_test(cuts_at_whole_characters),
		cmocka_unit_test(writes_any_protocol_version),
		cmocka_unit_test(names_are_hostile_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
