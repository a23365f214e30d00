/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "path_fold.h"
#include "summary_input.h"
#include "summary_text.h"

static void folds_ids_in_paths(void **state)
{
	static const char *const cases[][2] = {
		{ "/", "/" },
		{ "", "" },
		{ "/items/7", "/items/*" },
		{ "/items/7/", "/items/*/" },
		{ "/7/8/9", "/*/*/*" },
		{ "7", "*" },
		{ "/users/u7/items/i12", "/users/u7/items/i12" },
		{ "/orders/2f1c9a7e-6d5b-4c3a-9e8f-112233445566", "/orders/*" },
		{ "/blob/da39a3ee5e6b4b0d3255bfef95601890afd80709", "/blob/*" },
		{ "/api/v1/status", "/api/v1/status" },
		{ "/deadbeef", "/deadbeef" },
		{ "/a.b/12.5", "/a.b/12.5" },
		{ "//7//", "//*//" },
		{ "/order_20261129", "/*" },
		/* Eight bytes are enough, if a third of them are digits; seven are not. */
		{ "/abcde123", "/*" },
		{ "/abcd123", "/abcd123" },
		{ "/abcdefgh1234", "/*" },
		{ "/abcdefghi1234", "/abcdefghi1234" },
		{ "/azAZ-_12345", "/*" },
		/* Neighbours of the letters. */
		{ "/a.b12345", "/a.b12345" },
		{ "/a{b12345", "/a{b12345" },
		{ "/a`b12345", "/a`b12345" },
		{ "/a[b12345", "/a[b12345" },
		{ "/a@b12345", "/a@b12345" },
	};
	char room[256];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		path_fold(cases[i][0], room, sizeof(room));
		assert_string_equal(room, cases[i][1]);
	}
	for (size_t size = 1; size < 12; size++) {
		path_fold("/items/7/parts", room, size);
		assert_int_equal(strlen(room), size - 1);
		assert_memory_equal(room, "/items/*/parts", size - 1);
	}
}

static void add(struct summary *summary, const char *route, int64_t duration, bool failed)
{
	const struct summary_request request = { .service = "shop",
						 .method = "GET",
						 .route = route,
						 .time = 1000000000 + duration,
						 .duration = duration,
						 .bytes = 10,
						 .failed = failed };

	assert_int_equal(summary_add(summary, &request), 0);
}

static void sums_up_by_route(void **state)
{
	const struct summary_row *const *rows;
	struct summary *summary;
	size_t count;

	assert_int_equal(summary_create(&summary), 0);
	for (int i = 0; i < 2; i++) {
		add(summary, "/b", 200, false);
		add(summary, "/a", 100, true);
		add(summary, "/b", -1, true);
		rows = summary_rows(summary, &count);
		assert_int_equal(count, 2);
		assert_string_equal(rows[0]->route, "/b");
		assert_int_equal(rows[0]->requests, 2);
		assert_int_equal(rows[0]->failed, 1);
		assert_int_equal(rows[0]->bytes, 20);
		assert_int_equal(rows[0]->durations.count, 1);
		assert_string_equal(rows[1]->route, "/a");
		assert_int_equal(summary_span(summary), 201);
		summary_clear(summary);
		assert_non_null(summary_rows(summary, &count));
		assert_int_equal(count, 0);
	}
	summary_destroy(summary);
}

/* A client that invents paths cannot make the summary grow for ever, and each request is counted. */
static void has_a_limit(void **state)
{
	enum { REQUESTS = SUMMARY_MAX_ROWS + 1000 };
	const struct summary_row *const *rows;
	struct summary *summary;
	size_t count;
	uint64_t sum = 0;
	char route[32];

	assert_int_equal(summary_create(&summary), 0);
	for (int i = 0; i < REQUESTS; i++) {
		snprintf(route, sizeof(route), "/route%dx", i);
		add(summary, route, i, false);
	}
	rows = summary_rows(summary, &count);
	assert_int_equal(count, SUMMARY_MAX_ROWS + 1);
	assert_string_equal(rows[0]->route, SUMMARY_OTHERS);
	assert_int_equal(rows[0]->requests, 1000);
	for (size_t i = 0; i < count; i++)
		sum += rows[i]->requests;
	assert_int_equal(sum, REQUESTS);
	summary_destroy(summary);
}

/* Rows with as many requests are in the order of service, route, method and side. */
static void sorts_rows(void **state)
{
	static const struct summary_request requests[] = {
		{ .service = "b", .method = "GET", .route = "/a", .time = 5 },
		{ .service = "a", .method = "PUT", .route = "/b", .time = 9 },
		{ .service = "a", .method = "GET", .route = "/b", .is_client = true, .time = 3 },
		{ .service = "a", .method = "GET", .route = "/b", .time = 4 },
		{ .service = "a", .method = "PUT", .route = "/a", .time = 7 },
		{ .service = "z", .method = "GET", .route = "/z", .time = 4 },
		{ .service = "z", .method = "GET", .route = "/z", .time = 4 },
	};
	static const char *const wanted[] = { "z GET /z",   "a PUT /a", "a GET /b",
					      "a ->GET /b", "a PUT /b", "b GET /a" };
	const struct summary_row *const *rows;
	struct summary *summary;
	size_t count;

	assert_int_equal(summary_create(&summary), 0);
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		assert_int_equal(summary_add(summary, &requests[i]), 0);
	rows = summary_rows(summary, &count);
	assert_int_equal(count, 6);
	for (size_t i = 0; i < count; i++) {
		char text[64];

		snprintf(text, sizeof(text), "%s %s%s %s", rows[i]->service,
			 rows[i]->is_client ? "->" : "", rows[i]->method, rows[i]->route);
		assert_string_equal(text, wanted[i]);
	}
	assert_int_equal(summary_span(summary), 6);
	summary_destroy(summary);
}

/* A duration of 0 is one; sizes whose sum is not representable are left out. */
static void counts_extremes(void **state)
{
	const struct summary_request request = { .service = "a", .bytes = INT64_MAX };
	const struct summary_row *const *rows;
	struct summary *summary;
	size_t count;

	assert_int_equal(summary_create(&summary), 0);
	assert_int_equal(summary_add(summary, &request), 0);
	assert_int_equal(summary_add(summary, &request), 0);
	rows = summary_rows(summary, &count);
	assert_int_equal(rows[0]->bytes, INT64_MAX);
	assert_int_equal(rows[0]->durations.count, 2);
	assert_int_equal(rows[0]->requests, 2);
	summary_destroy(summary);
}

static int add_line(struct summary *summary, const char *line)
{
	return summary_take_line((struct bytes){ (const uint8_t *)line, strlen(line) },
				 summary_take, summary);
}

static uint64_t lost_of(const char *line)
{
	return summary_line_lost((struct bytes){ (const uint8_t *)line, strlen(line) });
}

static void reads_losses(void **state)
{
	assert_int_equal(
		lost_of("{\"type\":\"lost\",\"time\":\"x\",\"count\":34,\"where\":\"rate\"}"), 34);
	assert_int_equal(lost_of("{\"type\":\"lost\",\"count\":-1}"), 0);
	assert_int_equal(lost_of("{\"type\":\"lost\""), 0);
	assert_int_equal(lost_of("{\"type\":\"request\",\"count\":3}"), 0);
	assert_int_equal(lost_of(""), 0);
}

static void reads_lines(void **state)
{
	const struct summary_row *const *rows;
	struct summary *summary;
	size_t count;

	assert_int_equal(summary_create(&summary), 0);
	assert_int_equal(
		add_line(summary,
			 "{\"type\":\"request\",\"time\":\"2026-11-22T09:41:00.000000007Z\","
			 "\"comm\":\"shop\",\"method\":\"GET\",\"path\":\"/items/7\","
			 "\"status\":503,\"duration_ns\":12,\"response_bytes\":4}"),
		1);
	assert_int_equal(
		add_line(summary,
			 "{\"type\":\"client\",\"time\":\"2026-11-22T09:41:00.000000007Z\","
			 "\"comm\":\"shop\",\"outcome\":\"error\"}"),
		1);
	/* Without a time it is from no recording. */
	assert_int_equal(add_line(summary, "{\"type\":\"client\",\"comm\":\"shop\"}"), -EINVAL);
	assert_int_equal(add_line(summary, "{\"type\":\"request\",\"time\":\"yesterday\"}"),
			 -EINVAL);
	assert_int_equal(add_line(summary, "{\"type\":\"call\"}"), 0);
	assert_int_equal(add_line(summary, "{\"type\":7}"), -EINVAL);
	assert_int_equal(add_line(summary, "[]"), -EINVAL);
	assert_int_equal(add_line(summary, "{"), -EINVAL);
	assert_int_equal(add_line(summary, ""), -EINVAL);
	rows = summary_rows(summary, &count);
	assert_int_equal(count, 2);
	assert_string_equal(rows[0]->route, "-");
	assert_true(rows[0]->is_client);
	assert_int_equal(rows[0]->failed, 1);
	assert_string_equal(rows[1]->route, "/items/*");
	assert_int_equal(rows[1]->failed, 1);
	assert_int_equal(rows[1]->bytes, 4);
	assert_int_equal(histogram_percentile(&rows[1]->durations, 50), 12);
	summary_destroy(summary);
}

/* The same as of an event (test_summary_event.c). */
static void finds_failures_in_lines(void **state)
{
	static const struct {
		const char *members;
		uint64_t failed;
	} cases[] = {
		{ "\"status\":399", 0 },
		{ "\"status\":400", 1 },
		{ "\"status\":200,\"grpc_status\":0", 0 },
		{ "\"status\":200,\"grpc_status\":1", 1 },
		{ "\"outcome\":\"ok\"", 0 },
		{ "\"outcome\":\"hijacked\"", 0 },
		{ "\"outcome\":\"open\"", 0 },
		{ "\"outcome\":\"canceled\"", 0 },
		{ "\"outcome\":\"panic\"", 1 },
		{ "\"outcome\":\"error\"", 1 },
		{ "\"outcome\":\"exited\"", 1 },
		{ "\"outcome\":\"unknown\"", 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct summary *summary;
		char line[256];
		size_t count;

		assert_int_equal(summary_create(&summary), 0);
		snprintf(line, sizeof(line),
			 "{\"type\":\"request\",\"time\":\"2026-11-22T09:41:00.000000007Z\","
			 "\"comm\":\"shop\",%s}",
			 cases[i].members);
		assert_int_equal(add_line(summary, line), 1);
		if (summary_rows(summary, &count)[0]->failed != cases[i].failed)
			fail_msg("%s", cases[i].members);
		summary_destroy(summary);
	}
}

static void assert_text(struct summary *summary, bool json, const char *wanted)
{
	const struct summary_text_options options = { .json = json, .span = 2000000000 };
	struct text_buffer text = { 0 };

	summary_text_write(summary, &options, &text);
	text_buffer_add(&text, "", 1);
	assert_string_equal(text.data, wanted);
	text_buffer_release(&text);
}

static void writes_tables_and_json(void **state)
{
	struct summary *summary;

	assert_int_equal(summary_create(&summary), 0);
	assert_text(summary, false, "");
	assert_text(summary, true, "");
	for (int i = 1; i <= 100; i++)
		add(summary, "/a", i, i > 75);
	add(summary, "/b", -1, false);
	assert_text(
		summary, false,
		"SERVICE  METHOD  ROUTE  COUNT   RATE  FAILED   P50   P90   P99    MAX  BYTES\n"
		"shop     GET     /a       100   50/s   25.0%  50ns  90ns  99ns  100ns   1000\n"
		"shop     GET     /b         1  0.5/s      0%     -     -     -      -     10\n");
	assert_text(
		summary, true,
		"{\"type\":\"summary\",\"service\":\"shop\",\"side\":\"server\",\"method\":\"GET\",\"route\":\"/a\","
		"\"count\":100,\"failed\":25,\"span_ns\":2000000000,\"p50_ns\":50,\"p90_ns\":90,\"p99_ns\":99,"
		"\"max_ns\":100,\"response_bytes\":1000}\n"
		"{\"type\":\"summary\",\"service\":\"shop\",\"side\":\"server\",\"method\":\"GET\",\"route\":\"/b\","
		"\"count\":1,\"failed\":0,\"span_ns\":2000000000,\"p50_ns\":null,\"p90_ns\":null,\"p99_ns\":null,"
		"\"max_ns\":null,\"response_bytes\":10}\n");
	summary_destroy(summary);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(folds_ids_in_paths),
		cmocka_unit_test(sums_up_by_route),
		cmocka_unit_test(sorts_rows),
		cmocka_unit_test(counts_extremes),
		cmocka_unit_test(finds_failures_in_lines),
		cmocka_unit_test(has_a_limit),
		cmocka_unit_test(reads_lines),
		cmocka_unit_test(reads_losses),
		cmocka_unit_test(writes_tables_and_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
