/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "heat_map.h"
#include "html.h"
#include "page.h"

static const int64_t SECOND = 1000000000;

static void assert_html(const char *data, const char *wanted)
{
	struct text_buffer text = { 0 };

	html_text(&text, data);
	text_buffer_add(&text, "", 1);
	assert_string_equal(text.data, wanted);
	text_buffer_release(&text);
}

static void shows_any_bytes_as_text(void **state)
{
	char whole[1000];

	assert_html("", "");
	assert_html("<b class=\"x\" id='y'>&amp;",
		    "&lt;b class=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;");
	assert_html("é→\x1b[31m\xff", "é→\\x1b[31m\uFFFD");
	/* A character at the end of a part stays whole. */
	for (size_t at = 250; at < 260; at++) {
		memset(whole, 'x', at);
		strcpy(whole + at, "é→");
		assert_html(whole, whole);
	}
}

static struct page_data *create(void)
{
	struct page_data *data;

	setenv("TZ", "UTC", 1);
	assert_int_equal(page_data_create(&data), 0);
	return data;
}

static void add(struct page_data *data, uint64_t id, int64_t duration, const char *path)
{
	const struct summary_request request = { .service = "shop",
						 .method = "GET",
						 .path = path,
						 .time = 34860 * SECOND + (int64_t)id,
						 .duration = duration,
						 .status = 200,
						 .outcome = "ok",
						 .id = id };

	assert_int_equal(page_data_add(data, &request), 0);
}

static void add_made(struct page_data *data, uint64_t within, const char *path)
{
	const struct summary_request request = { .service = "shop",
						 .method = "GET",
						 .path = path,
						 .is_client = true,
						 .time = 34860 * SECOND,
						 .duration = 5,
						 .status = 200,
						 .within = within };

	assert_int_equal(page_data_add_made(data, &request), 0);
}

static void keeps_the_slowest(void **state)
{
	struct page_data *data = create();
	const struct page_slow *slowest;
	size_t count;

	for (uint64_t id = 1; id <= 1000; id++)
		add(data, id, (int64_t)(id * 7919 % 1009), "/a");
	page_data_points(data, &count);
	assert_int_equal(count, 1000);
	slowest = page_data_slowest(data, &count);
	assert_int_equal(count, PAGE_SLOWEST);
	for (size_t i = 1; i < count; i++)
		assert_true(slowest[i - 1].request.duration >= slowest[i].request.duration);
	assert_true(slowest[count - 1].request.duration > 1009 - 2 * PAGE_SLOWEST);
	/* What was made for others than these is not kept. */
	add_made(data, slowest[3].request.id, "/made");
	add_made(data, slowest[3].request.id, "/made/too");
	add_made(data, 123456, "/other");
	add_made(data, 0, "/none");
	assert_int_equal(slowest[3].made_count, 2);
	assert_string_equal(slowest[3].made[1].path, "/made/too");
	page_data_destroy(data);
}

static size_t count_of(const struct text_buffer *text, const char *word)
{
	size_t count = 0;

	for (const char *at = text->data; (at = strstr(at, word)); at++)
		count++;
	return count;
}

static void draws_a_cell_for_each_time_and_duration(void **state)
{
	const struct page_point points[] = {
		{ 0, 1000, false },	    { 0, 1000, true },
		{ 0, 1000, true },	    { 50 * SECOND, 1000000, false },
		{ 100 * SECOND, 1, false }, { 100 * SECOND, INT64_MAX, false },
	};
	struct text_buffer text = { 0 };

	setenv("TZ", "UTC", 1);
	heat_map_write(points, 6, &text);
	text_buffer_add(&text, "", 1);
	assert_int_equal(count_of(&text, "<rect"), 4);
	/* Two of the three failed. */
	assert_int_equal(count_of(&text, "<rect class=\"f8\""), 1);
	assert_int_equal(count_of(&text, "<title>3 requests, 2 failed"), 1);
	assert_int_equal(count_of(&text, "<rect class=\"s1\""), 3);
	assert_int_equal(count_of(&text, ">00:00:00<"), 1);
	assert_int_equal(count_of(&text, ">00:01:40<"), 1);
	text_buffer_release(&text);
	heat_map_write(NULL, 0, &text);
	assert_int_equal(text.size, 0);
	heat_map_write(points, 1, &text);
	text_buffer_add(&text, "", 1);
	assert_int_equal(count_of(&text, "<rect"), 1);
	text_buffer_release(&text);
}

static void writes_a_page_without_markup_of_others(void **state)
{
	struct page_data *data = create();
	struct text_buffer text = { 0 };

	add(data, 7, 5000, "/<script>alert(1)</script>");
	add_made(data, 7, "/made&more");
	page_data_set_lost(data, 12);
	page_write(data, "<title>", &text);
	assert_false(text.failed);
	text_buffer_add(&text, "", 1);
	assert_int_equal(count_of(&text, "12 were lost while this was recorded"), 1);
	assert_int_equal(count_of(&text, "<script"), 0);
	assert_int_equal(count_of(&text, "&lt;script&gt;alert(1)"), 3);
	assert_int_equal(count_of(&text, "<title>&lt;title&gt;</title>"), 1);
	assert_int_equal(count_of(&text, "→GET /made&amp;more 5ns"), 1);
	assert_int_equal(count_of(&text, "<details>"), 1);
	assert_int_equal(count_of(&text, "1 request was served at 1970-01-01 09:41:00"), 1);
	text_buffer_release(&text);
	page_data_destroy(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_any_bytes_as_text),
		cmocka_unit_test(keeps_the_slowest),
		cmocka_unit_test(draws_a_cell_for_each_time_and_duration),
		cmocka_unit_test(writes_a_page_without_markup_of_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
