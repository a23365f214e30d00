/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "top_frame.h"

static struct top_model *create(void)
{
	struct top_model *model;

	setenv("TZ", "UTC", 1);
	assert_int_equal(top_create(&model), 0);
	return model;
}

static void add(struct top_model *model, const char *route, int64_t duration, bool failed)
{
	const struct summary_request request = { .service = "shop",
						 .method = "GET",
						 .route = route,
						 .path = "/path",
						 .time = 34860000000000,
						 .duration = duration,
						 .status = failed ? 500 : 200,
						 .outcome = "ok",
						 .failed = failed };

	assert_int_equal(top_take(model, &request), 0);
}

static const struct top_row *only_row(struct top_model *model)
{
	size_t count;
	const struct top_row *const *rows = top_rows(model, TOP_BY_RATE, NULL, &count);

	assert_int_equal(count, 1);
	return rows[0];
}

static void is_about_the_last_seconds(void **state)
{
	struct top_model *model = create();

	/* The first second: a rate of what there is. */
	for (int i = 0; i < 20; i++)
		add(model, "/a", 100, i < 5);
	assert_int_equal((int)only_row(model)->rate, 20);
	assert_int_equal((int)(100 * only_row(model)->failed), 25);
	assert_int_equal(only_row(model)->p50, 100);
	/* A second that has just begun counts as far as it has passed. */
	top_tick(model);
	assert_int_equal((int)only_row(model)->rate, 20);
	add(model, "/a", 100, false);
	top_set_part(model, 0.5);
	assert_int_equal((int)only_row(model)->rate, 14);
	top_set_part(model, 1);
	assert_int_equal((int)only_row(model)->rate, 10);
	/* Ten seconds later nothing of it is left but the row, its history and its total. */
	for (int i = 0; i < TOP_WINDOW; i++)
		top_tick(model);
	assert_true(only_row(model)->rate == 0);
	assert_int_equal(only_row(model)->p50, -1);
	assert_int_equal(only_row(model)->total, 21);
	assert_int_equal(only_row(model)->history[TOP_HISTORY - 1], 0);
	assert_int_equal(only_row(model)->history[TOP_HISTORY - TOP_WINDOW], 100);
	assert_int_equal(only_row(model)->history[TOP_HISTORY - 1 - TOP_WINDOW], 100);
	top_destroy(model);
}

static void forgets_rows(void **state)
{
	struct top_model *model = create();
	size_t count;

	add(model, "/a", 1, false);
	for (int i = 0; i < 50; i++)
		top_tick(model);
	add(model, "/b", 1, false);
	assert_non_null(top_rows(model, TOP_BY_RATE, NULL, &count));
	assert_int_equal(count, 2);
	for (int i = 0; i < 20; i++)
		top_tick(model);
	assert_string_equal(only_row(model)->route, "/b");
	assert_int_equal(top_totals(model).total, 2);
	top_destroy(model);
}

static void keeps_the_last_requests(void **state)
{
	struct top_model *model = create();
	const struct top_row *row;

	for (int i = 0; i < TOP_RECENT + 7; i++)
		add(model, "/a", i, false);
	row = only_row(model);
	assert_int_equal(row->recent_count, TOP_RECENT);
	for (int i = 0; i < TOP_RECENT; i++)
		assert_int_equal(row->recent[i].duration, TOP_RECENT + 6 - i);
	top_destroy(model);
}

static void sorts_and_filters(void **state)
{
	static const struct {
		enum top_order order;
		const char *routes;
	} cases[] = { { TOP_BY_RATE, "/b /a /c " },  { TOP_BY_FAILED, "/c /a /b " },
		      { TOP_BY_P50, "/a /c /b " },   { TOP_BY_MAX, "/b /a /c " },
		      { TOP_BY_TOTAL, "/b /a /c " }, { TOP_BY_NAME, "/a /b /c " } };
	struct top_model *model = create();
	const struct top_row *const *rows;
	size_t count;

	add(model, "/a", 500, false);
	add(model, "/a", 500, true);
	add(model, "/b", 10, false);
	add(model, "/b", 10, false);
	add(model, "/b", 900, false);
	add(model, "/c", 200, true);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char routes[64] = "";

		rows = top_rows(model, cases[i].order, NULL, &count);
		for (size_t j = 0; j < count; j++)
			strcat(strcat(routes, rows[j]->route), " ");
		assert_string_equal(routes, cases[i].routes);
	}
	rows = top_rows(model, TOP_BY_RATE, "/c", &count);
	assert_int_equal(count, 1);
	assert_string_equal(rows[0]->route, "/c");
	assert_non_null(top_rows(model, TOP_BY_RATE, "shop", &count));
	assert_int_equal(count, 3);
	assert_non_null(top_rows(model, TOP_BY_RATE, "nothing", &count));
	assert_int_equal(count, 0);
	top_destroy(model);
}

/* Rows with the same value are in the order of service, route, method and side. */
static void sorts_equal_rows_by_name(void **state)
{
	static const struct summary_request requests[] = {
		{ .service = "b", .method = "GET", .route = "/a", .path = "/" },
		{ .service = "a", .method = "PUT", .route = "/b", .path = "/" },
		{ .service = "a", .method = "GET", .route = "/b", .path = "/", .is_client = true },
		{ .service = "a", .method = "GET", .route = "/b", .path = "/" },
		{ .service = "a", .method = "PUT", .route = "/a", .path = "/" },
	};
	static const char *const wanted[] = { "a PUT /a", "a GET /b", "a ->GET /b", "a PUT /b",
					      "b GET /a" };
	struct top_model *model = create();
	const struct top_row *const *rows;
	size_t count;

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		assert_int_equal(top_take(model, &requests[i]), 0);
	rows = top_rows(model, TOP_BY_TOTAL, NULL, &count);
	assert_int_equal(count, 5);
	for (size_t i = 0; i < count; i++) {
		char text[64];

		snprintf(text, sizeof(text), "%s %s%s %s", rows[i]->service,
			 rows[i]->is_client ? "->" : "", rows[i]->method, rows[i]->route);
		assert_string_equal(text, wanted[i]);
	}
	top_destroy(model);
}

/* The window is that of the current second and those before it, and a row is kept for TOP_FORGET seconds without requests. */
static void bounds_time(void **state)
{
	struct top_model *model = create();
	size_t count;

	for (int i = 0; i < 3 * TOP_WINDOW; i++) {
		for (int j = 0; j < 10; j++)
			add(model, "/a", 0, false);
		top_set_part(model, 1);
		assert_int_equal((int)only_row(model)->rate, 10);
		top_tick(model);
	}
	assert_int_equal(only_row(model)->p50, 0);
	for (int i = 1; i < TOP_FORGET; i++)
		top_tick(model);
	assert_int_equal(only_row(model)->total, 30 * TOP_WINDOW);
	top_tick(model);
	assert_non_null(top_rows(model, TOP_BY_RATE, NULL, &count));
	assert_int_equal(count, 0);
	top_destroy(model);
}

static void has_a_limit_of_rows(void **state)
{
	struct top_model *model = create();
	char route[32];
	size_t count;

	for (int i = 0; i < TOP_MAX_ROWS + 50; i++) {
		snprintf(route, sizeof(route), "/x%dx", i);
		add(model, route, 1, false);
	}
	assert_int_equal(top_totals(model).rows, TOP_MAX_ROWS + 1);
	assert_int_equal(top_totals(model).total, TOP_MAX_ROWS + 50);
	assert_string_equal(top_rows(model, TOP_BY_TOTAL, NULL, &count)[0]->route, SUMMARY_OTHERS);
	assert_int_equal(top_rows(model, TOP_BY_TOTAL, NULL, &count)[0]->total, 50);
	top_destroy(model);
}

static void assert_frame(struct top_model *model, const struct top_view *view, const char *wanted,
			 size_t highlighted)
{
	struct top_frame frame;

	top_frame_write(model, view, &frame);
	assert_false(frame.text.failed);
	text_buffer_add(&frame.text, "", 1);
	assert_string_equal(frame.text.data, wanted);
	assert_int_equal(frame.highlighted, highlighted);
	text_buffer_release(&frame.text);
}

#define HEAD "09:41:00  3.0/s, 33.3% failed, 3 requests, 7 lost\n"
#define KEYS "s: sorted by rate  /: no filter  enter: requests  p: pause  q: quit\n"

static void draws_rows(void **state)
{
	struct top_model *model = create();
	struct top_view view = { .time = 34860000000000, .lost = 7 };

	add(model, "/a", 100, false);
	add(model, "/a", 100, false);
	add(model, "/b\x1b[31m", 2000000, true);
	assert_frame(
		model, &view,
		HEAD KEYS
		"SERVICE  METHOD  ROUTE        RATE  FAILED     P50     P90     P99     MAX  TOTAL  P99 OF 30s\n"
		"shop     GET     /a          2.0/s    0.0%   100ns   100ns   100ns   100ns      2                                \n"
		"shop     GET     /b\\x1b[31m  1.0/s  100.0%  2.00ms  2.00ms  2.00ms  2.00ms      1                                \n",
		3);
	/* Cut to the screen; the selected row is on it. */
	view.width = 30;
	view.height = 4;
	view.selected = 2;
	assert_frame(model, &view,
		     "09:41:00  3.0/s, 33.3% failed,\n"
		     "s: sorted by rate  /: no filte\n"
		     "METHOD  ROUTE      RATE  FAILE\n"
		     "GET     /b\\x1b[…  1.0/s  100.0\n",
		     3);
	view = (struct top_view){
		.time = 34860000000000, .lost = 7, .typing = true, .filter = "ab"
	};
	assert_frame(
		model, &view,
		HEAD
		"filter: ab_  (enter: done, escape: none)\n"
		"SERVICE  METHOD  ROUTE  RATE  FAILED  P50  P90  P99  MAX  TOTAL  P99 OF 30s\n",
		SIZE_MAX);
	top_destroy(model);
}

/* 80 columns: fewer numbers, a shorter history, and a long route is cut. */
static void fits_a_narrow_terminal(void **state)
{
	struct top_model *model = create();
	const struct top_view view = { .time = 34860000000000, .lost = 7, .width = 80 };

	add(model, "/a/route/that/does/not/fit/the/terminal", 100, false);
	top_tick(model);
	add(model, "/b", 2000000, true);
	add(model, "/b", 2000000, true);
	assert_frame(
		model, &view,
		"09:41:00  3.0/s, 66.7% failed, 3 requests, 7 lost\n" KEYS
		"SERVICE  METHOD  ROUTE                  RATE  FAILED     P50     P99  P99 OF 10s\n"
		"shop     GET     /b                    2.0/s  100.0%  2.00ms  2.00ms            \n"
		"shop     GET     /a/route/that/does/…  1.0/s    0.0%   100ns   100ns           █\n",
		3);
	top_destroy(model);
}

/* By its number, while rows change their places. */
static void selection_follows_its_row(void **state)
{
	struct top_model *model = create();
	const struct top_row *const *rows;
	uint64_t selected;
	size_t count;

	add(model, "/a", 1, false);
	add(model, "/b", 1, false);
	rows = top_rows(model, TOP_BY_RATE, NULL, &count);
	assert_string_equal(rows[1]->route, "/b");
	selected = rows[1]->number;
	assert_int_equal(top_place_of(rows, count, selected), 1);
	add(model, "/b", 1, false);
	rows = top_rows(model, TOP_BY_RATE, NULL, &count);
	assert_int_equal(top_place_of(rows, count, selected), 0);
	rows = top_rows(model, TOP_BY_RATE, "/a", &count);
	assert_int_equal(top_place_of(rows, count, selected), 0);
	assert_int_equal(top_place_of(rows, 0, selected), 0);
	top_destroy(model);
}

/* A client may send any method: other columns stay to be seen. */
static void cuts_long_methods(void **state)
{
	struct top_model *model = create();
	const struct summary_request request = { .service = "a-service-with-a-very-long-name",
						 .method = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
						 .route = "/a",
						 .time = 34860000000000,
						 .duration = 100 };
	const struct top_view view = { .time = 34860000000000, .width = 90 };

	assert_int_equal(top_take(model, &request), 0);
	assert_frame(
		model, &view,
		"09:41:00  1.0/s, 0.0% failed, 1 requests, 0 lost\n" KEYS
		"SERVICE               METHOD      ROUTE   RATE  FAILED    P50    P99    MAX  P99 OF 10s\n"
		"a-service-with-a-ve…  AAAAAAAAA…  /a     1.0/s    0.0%  100ns  100ns  100ns            \n",
		3);
	top_destroy(model);
}

/* The selected row was the last one, and is not there any more. */
static void draws_when_rows_are_gone(void **state)
{
	struct top_model *model = create();
	struct top_view view = { .time = 34860000000000, .lost = 7, .selected = 30, .height = 5 };
	char route[32];

	for (int i = 0; i < 40; i++) {
		snprintf(route, sizeof(route), "/x%dx", i);
		add(model, route, 1, false);
	}
	for (int i = 0; i < 62; i++) {
		if (i > 30)
			add(model, "/a", 100, false);
		top_tick(model);
	}
	for (int shows = 0; shows < 2; shows++) {
		struct top_frame frame;

		view.shows_requests = shows;
		top_frame_write(model, &view, &frame);
		assert_false(frame.text.failed);
		text_buffer_add(&frame.text, "", 1);
		assert_non_null(strstr(frame.text.data, shows ? "/path" : "/a"));
		text_buffer_release(&frame.text);
	}
	top_destroy(model);
}

/* With what was requested for each of them. */
static void draws_requests_of_a_row(void **state)
{
	struct top_model *model = create();
	struct summary_request request = { .service = "shop",
					   .method = "GET",
					   .path = "/orders/7",
					   .time = 34860000000000,
					   .duration = 5000,
					   .status = 200,
					   .outcome = "ok",
					   .id = 77 };
	const struct top_view view = { .time = 34860000000000, .shows_requests = true };

	assert_int_equal(top_take(model, &request), 0);
	request = (struct summary_request){ .service = "shop",
					    .method = "GET",
					    .path = "/stock",
					    .is_client = true,
					    .time = 34860000000000,
					    .duration = -1,
					    .status = -1,
					    .outcome = "error",
					    .within = 77,
					    .failed = true };
	assert_int_equal(top_take(model, &request), 0);
	assert_frame(model, &view,
		     "09:41:00  2.0/s, 50.0% failed, 2 requests, 0 lost\n"
		     "s: sorted by rate  /: no filter  enter: rows  p: pause  q: quit\n"
		     "shop  GET  /orders/*\n"
		     "TIME      STATUS  OUTCOME  DURATION  PATH\n"
		     "09:41:00  200     ok         5.00µs  /orders/7\n"
		     "09:41:00  -       error           -    → /stock\n",
		     SIZE_MAX);
	top_destroy(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_about_the_last_seconds),
		cmocka_unit_test(forgets_rows),
		cmocka_unit_test(keeps_the_last_requests),
		cmocka_unit_test(sorts_and_filters),
		cmocka_unit_test(sorts_equal_rows_by_name),
		cmocka_unit_test(bounds_time),
		cmocka_unit_test(has_a_limit_of_rows),
		cmocka_unit_test(draws_rows),
		cmocka_unit_test(fits_a_narrow_terminal),
		cmocka_unit_test(cuts_long_methods),
		cmocka_unit_test(selection_follows_its_row),
		cmocka_unit_test(draws_when_rows_are_gone),
		cmocka_unit_test(draws_requests_of_a_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
