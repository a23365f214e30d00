/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format.h"

static const struct process_identity shop = { .pid = 1234, .comm = "shop", .exe = "/srv/shop" };

#define HEADING                                                                 \
	"TIME            PID     COMM            STATUS DURATION  BYTES   HOST" \
	"                     METHOD  PATH\n"
#define LINKED_HEADING                                                                    \
	"TIME            PID     COMM            REQUEST   STATUS DURATION  BYTES   HOST" \
	"                     METHOD  PATH\n"
#define CALL_HEADING \
	"TIME            PID     COMM            FUNCTION                 METHOD  PATH\n"

static const struct redaction redaction;

static struct text text_of(const char *text)
{
	return (struct text){ PRESENT, text, strlen(text), strlen(text) };
}

static struct event request_of(const char *path)
{
	return (struct event){
		.type = EVENT_REQUEST,
		.time = 34860123456789,
		.process = &shop,
		.method = text_of("GET"),
		.host = text_of("shop.local:8080"),
		.path = text_of(path),
		.status = { PRESENT, 200 },
		.duration = { PRESENT, 48211 },
		.response_bytes = { PRESENT, 512 },
	};
}

static struct format *table_of(struct format_options options)
{
	struct format *format;

	options.redaction = &redaction;
	assert_int_equal(format_create_table(&options, &format), 0);
	return format;
}

static struct format *table_with(bool links)
{
	return table_of((struct format_options){ .links = links });
}

static struct format *table(void)
{
	return table_with(false);
}

static void assert_line(struct format *format, const struct event *event, const char *wanted)
{
	char text[1024];
	struct bytes line;
	size_t size;

	assert_int_equal(format_heading(format, event, &line), 0);
	size = line.size;
	memcpy(text, line.data, size);
	assert_int_equal(format_line(format, event, &line), 0);
	memcpy(text + size, line.data, line.size);
	text[size + line.size] = '\0';
	assert_string_equal(text, wanted);
	assert_int_equal(size + line.size, strlen(wanted));
}

/* Checks the row only; another event comes first and prints the heading. */
static void assert_row(const struct event *event, const char *wanted)
{
	struct format *format = table();
	struct event first = request_of("/");
	struct bytes line;

	assert_int_equal(format_heading(format, &first, &line), 0);
	assert_line(format, event, wanted);
	format_destroy(format);
}

static void heads_the_table_once(void **state)
{
	static const enum event_type silent[] = { EVENT_LOST, EVENT_ATTACH, EVENT_DETACH };
	struct event event = request_of("/items/7");
	struct format *format = table();

	for (size_t i = 0; i < sizeof(silent) / sizeof(silent[0]); i++) {
		struct event other = { .type = silent[i], .process = &shop, .where = "kernel" };

		assert_line(format, &other, "");
	}
	event.query = text_of("q=1");
	assert_line(format, &event,
		    HEADING "09:41:00.123456 1234    shop            200    48.2µs    512     "
			    "shop.local:8080          GET     /items/7?q=1\n");
	assert_line(format, &event,
		    "09:41:00.123456 1234    shop            200    48.2µs    512     "
		    "shop.local:8080          GET     /items/7?q=1\n");
	format_destroy(format);
}

static void shows_calls(void **state)
{
	struct event event = request_of("/");
	struct format *format = table();

	event.type = EVENT_CALL;
	event.function = "main.ping";
	assert_line(format, &event,
		    CALL_HEADING "09:41:00.123456 1234    shop            main.ping"
				 "                GET     /\n");
	format_destroy(format);
}

/* The end of the id of the request that the row is, or that it belongs to, surely or likely. */
static void shows_links(void **state)
{
	static const struct {
		enum event_type type;
		uint64_t id, within;
		enum link_by by;
		const char *shown;
	} cases[] = {
		{ EVENT_REQUEST, 0x123456789abcdef0, 0, LINK_NONE, "9abcdef0 " },
		{ EVENT_REQUEST, 0x1234567800000001, 0, LINK_NONE, "00000001 " },
		{ EVENT_CLIENT, 0, 0x123456789abcdef0, LINK_CONTEXT, "9abcdef0 " },
		{ EVENT_CLIENT, 0, 0x123456789abcdef0, LINK_GOROUTINE, "9abcdef0 " },
		{ EVENT_CLIENT, 0, 0x123456789abcdef0, LINK_PARENT, "9abcdef0?" },
		{ EVENT_CLIENT, 0, 0, LINK_NONE, "-        " },
	};
	struct format *format = table_with(true);
	struct event first = request_of("/");

	assert_line(format, &first,
		    LINKED_HEADING
		    "09:41:00.123456 1234    shop            -         200    48.2µs    512     "
		    "shop.local:8080          GET     /\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event event = request_of("/");
		char wanted[256];

		event.type = cases[i].type;
		event.id = cases[i].id;
		event.within = cases[i].within;
		event.within_by = cases[i].by;
		snprintf(wanted, sizeof(wanted),
			 "09:41:00.123456 1234    shop            %s 200    48.2µs    512     "
			 "shop.local:8080          %s/\n",
			 cases[i].shown, event.type == EVENT_CLIENT ? "→GET    " : "GET     ");
		assert_line(format, &event, wanted);
	}
	format_destroy(format);
}

static void shows_what_is_missing(void **state)
{
	struct event event = { .type = EVENT_REQUEST, .process = &shop, .path = text_of("/") };

	assert_row(&event, "00:00:00.000000 1234    shop            -      -         -       "
			   "-                        -       /\n");
	event.status.presence = UNREADABLE;
	event.query.presence = UNREADABLE;
	assert_row(&event, "00:00:00.000000 1234    shop            -      -         -       "
			   "-                        -       /\n");
}

static void shows_outcomes(void **state)
{
	static const struct {
		enum outcome outcome;
		const char *status;
	} cases[] = { { OUTCOME_OK, "200   " },	      { OUTCOME_PANIC, "panic " },
		      { OUTCOME_HIJACKED, "hijack" }, { OUTCOME_EXITED, "exited" },
		      { OUTCOME_UNKNOWN, "-     " },  { OUTCOME_OPEN, "open  " } };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event event = request_of("/");
		char wanted[256];

		event.outcome = cases[i].outcome;
		snprintf(wanted, sizeof(wanted),
			 "09:41:00.123456 1234    shop            %s 48.2µs    512     "
			 "shop.local:8080          GET     /\n",
			 cases[i].status);
		assert_row(&event, wanted);
	}
}

static void scales_durations(void **state)
{
	static const struct {
		int64_t nanoseconds;
		const char *text;
	} cases[] = {
		{ 0, "0ns      " },
		{ 999, "999ns    " },
		{ 1000, "1.00µs   " },
		{ 9994, "9.99µs   " },
		{ 48211, "48.2µs   " },
		{ 482110, "482µs    " },
		{ 1230000, "1.23ms   " },
		{ 45600000, "45.6ms   " },
		{ 1000000000, "1.00s    " },
		{ 12345000000, "12.3s    " },
		{ 3600000000000, "3600s    " },
		/* A clock that goes backwards is shown, not hidden. */
		{ -5, "-5ns     " },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event event = request_of("/");
		char wanted[256];

		event.duration.value = cases[i].nanoseconds;
		snprintf(wanted, sizeof(wanted),
			 "09:41:00.123456 1234    shop            200    %s 512     "
			 "shop.local:8080          GET     /\n",
			 cases[i].text);
		assert_row(&event, wanted);
	}
}

static void keeps_columns_apart(void **state)
{
	struct event event = request_of("/");

	event.response_bytes.value = INT64_MAX;
	event.host = text_of("a-host-name-longer-than-its-column.example");
	event.method = text_of("PROPPATCH");
	assert_row(&event, "09:41:00.123456 1234    shop            200    48.2µs    "
			   "9223372036854775807 a-host-name-longer-than-its-column.example "
			   "PROPPATCH /\n");
	/* Padding counts the columns of a terminal, not bytes. */
	event = request_of("/");
	event.host = text_of("b\xc3\xbc"
			     "cher.example");
	assert_row(&event, "09:41:00.123456 1234    shop            200    48.2µs    512     "
			   "b\xc3\xbc"
			   "cher.example           GET     /\n");
}

static void drives_no_terminal(void **state)
{
	struct process_identity hostile = { .pid = 1, .comm = "\x1b[31m\n" };
	struct event event = request_of("/\x1b]0;x\x07\xc2\x9b\xff\\\"\xe2\x80\xae\r\n");

	event.process = &hostile;
	event.query = text_of("\t");
	event.host = text_of("\x7f");
	assert_row(&event, "09:41:00.123456 1       \\x1b[31m\\x0a    200    48.2µs    512     "
			   "\\x7f                     GET     "
			   "/\\x1b]0;x\\x07\\x9b\xef\xbf\xbd\\\\\"\\u202e\\x0d\\x0a?\\x09\n");
}

static void marks_what_was_cut(void **state)
{
	struct event event = request_of("/");

	event.path = (struct text){ PRESENT, "/long\xe2\x82", 7, 4000 };
	event.query = (struct text){ PRESENT, "", 0, 4000 };
	assert_row(&event, "09:41:00.123456 1234    shop            200    48.2µs    512     "
			   "shop.local:8080          GET     /long…?…\n");
}

static void tells_any_time(void **state)
{
	static const int64_t times[] = { INT64_MIN, INT64_MIN + 1, -1, 0, INT64_MAX };
	static const char *const fractions[] = { ".145224", ".145224", ".999999", ".000000",
						 ".854775" };
	struct format *format = table();
	struct event event = request_of("/");
	struct bytes line;

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		event.time = times[i];
		assert_int_equal(format_line(format, &event, &line), 0);
		assert_non_null(memmem(line.data, line.size, fractions[i], 7));
	}
	format_destroy(format);
}

/* ---- what the user and the terminal want ---- */

static void writes_the_columns_that_are_wanted(void **state)
{
	struct event event = request_of("/items/7");
	struct format_options options = { .time_style = TIME_NONE };
	struct format *format;

	assert_int_equal(table_columns_parse("status,path,outcome,pid", &options.columns, NULL), 0);
	format = table_of(options);
	assert_line(format, &event,
		    "STATUS PATH                             OUTCOME  PID\n"
		    "200    /items/7                         ok       1234\n");
	format_destroy(format);
}

static void refuses_wrong_columns(void **state)
{
	static const char *const cases[][2] = {
		{ "status,nonsense", "there is no column \"nonsense\"" },
		{ "status,", "there is no column \"\"" },
		{ "", "there is no column \"\"" },
		{ "status,path,status", "status stands twice" },
		{ "Status", "there is no column \"Status\"" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct table_columns columns;
		struct error err = { 0 };

		assert_int_equal(table_columns_parse(cases[i][0], &columns, &err), -EINVAL);
		assert_non_null(strstr(err.what, cases[i][1]));
	}
}

static void writes_times_in_any_style(void **state)
{
	static const struct {
		const char *name, *first, *second;
	} cases[] = {
		{ "clock", "09:41:00.123456", "09:41:01.623456" },
		{ "iso", "1970-01-01T09:41:00.123456789Z", "1970-01-01T09:41:01.623456789Z" },
		{ "epoch", "34860.123456", "34861.623456" },
		{ "delta", "+0.000000", "+1.500000" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct format_options options = { 0 };
		struct event event = request_of("/");
		struct format *format;
		char wanted[128];

		assert_int_equal(time_style_parse(cases[i].name, &options.time_style, NULL), 0);
		assert_int_equal(table_columns_parse("time", &options.columns, NULL), 0);
		format = table_of(options);
		snprintf(wanted, sizeof(wanted), "TIME\n%s\n", cases[i].first);
		assert_line(format, &event, wanted);
		event.time += 1500000000;
		snprintf(wanted, sizeof(wanted), "%s\n", cases[i].second);
		assert_line(format, &event, wanted);
		format_destroy(format);
	}
	assert_int_equal(time_style_parse("soon", &(enum time_style){ 0 }, NULL), -EINVAL);
}

/* A row that is held, and perhaps never shown, is not the one before the next row. */
static void delta_is_to_a_row_that_is_shown(void **state)
{
	struct format_options options = { .time_style = TIME_DELTA };
	struct event event = request_of("/");
	struct format *format;
	struct bytes line;

	assert_int_equal(table_columns_parse("time", &options.columns, NULL), 0);
	format = table_of(options);
	assert_line(format, &event, "TIME\n+0.000000\n");
	event.time += 1000000000;
	assert_int_equal(format_held_line(format, &event, &line), 0);
	assert_memory_equal(line.data, "+1.000000\n", line.size);
	event.time += 1000000000;
	assert_line(format, &event, "+2.000000\n");
	format_destroy(format);
}

/* What is needed least is left out; rows are cut to the width, and a wider terminal gets another heading. */
static void fits_the_terminal(void **state)
{
	struct event event = request_of("/a/path/that/is/too/long");
	struct format *format = table();

	format_set_width(format, 80);
	assert_line(
		format, &event,
		"TIME            COMM            STATUS DURATION  METHOD  PATH\n"
		"09:41:00.123456 shop            200    48.2µs    GET     /a/path/that/is/too/lo…\n");
	assert_line(
		format, &event,
		"09:41:00.123456 shop            200    48.2µs    GET     /a/path/that/is/too/lo…\n");
	format_set_width(format, 200);
	assert_line(format, &event,
		    HEADING "09:41:00.123456 1234    shop            200    48.2µs    512     "
			    "shop.local:8080          GET     /a/path/that/is/too/long\n");
	format_destroy(format);
}

static void colors_what_matters(void **state)
{
	static const struct {
		enum outcome outcome;
		int64_t status, duration;
		const char *shown;
	} cases[] = {
		{ OUTCOME_OK, 200, 48200, "\x1b[32m200\x1b[0m    48.2µs" },
		{ OUTCOME_OK, 302, 48200, "\x1b[36m302\x1b[0m    48.2µs" },
		{ OUTCOME_OK, 404, 150000000, "\x1b[33m404\x1b[0m    \x1b[33m150ms\x1b[0m" },
		{ OUTCOME_OK, 503, 2000000000, "\x1b[31m503\x1b[0m    \x1b[31m2.00s\x1b[0m" },
		{ OUTCOME_PANIC, 200, 48200, "\x1b[31mpanic\x1b[0m  48.2µs" },
		{ OUTCOME_CANCELED, 200, 48200, "\x1b[33mgone\x1b[0m   48.2µs" },
		{ OUTCOME_OPEN, 200, 48200, "\x1b[2mopen\x1b[0m   48.2µs" },
	};
	struct format_options options = { .colors = true };
	struct format *format;

	assert_int_equal(table_columns_parse("status,duration,method", &options.columns, NULL), 0);
	format = table_of(options);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event event = request_of("/");
		char wanted[128];

		event.outcome = cases[i].outcome;
		event.status.value = cases[i].status;
		event.duration.value = cases[i].duration;
		snprintf(wanted, sizeof(wanted), "%s%s%*sGET\n",
			 i ? "" : "STATUS DURATION  METHOD\n", cases[i].shown,
			 strstr(cases[i].shown, "µs") ? 4 : 5, "");
		assert_line(format, &event, wanted);
	}
	format_destroy(format);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_the_table_once),
		cmocka_unit_test(shows_calls),
		cmocka_unit_test(shows_links),
		cmocka_unit_test(writes_the_columns_that_are_wanted),
		cmocka_unit_test(refuses_wrong_columns),
		cmocka_unit_test(writes_times_in_any_style),
		cmocka_unit_test(delta_is_to_a_row_that_is_shown),
		cmocka_unit_test(fits_the_terminal),
		cmocka_unit_test(colors_what_matters),
		cmocka_unit_test(shows_what_is_missing),
		cmocka_unit_test(shows_outcomes),
		cmocka_unit_test(scales_durations),
		cmocka_unit_test(keeps_columns_apart),
		cmocka_unit_test(drives_no_terminal),
		cmocka_unit_test(marks_what_was_cut),
		cmocka_unit_test(tells_any_time),
	};

	/* The table shows local time. */
	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
