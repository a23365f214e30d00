/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "span_queue.h"

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static void assert_taken(struct span_queue *queue, uint64_t count, const char *wanted)
{
	struct text_buffer text = { 0 };

	assert_int_equal(span_queue_take(queue, "{}", &text), count);
	assert_false(text.failed);
	assert_int_equal(text.size, strlen(wanted));
	assert_memory_equal(text.data ? text.data : "", wanted, text.size);
	text_buffer_release(&text);
}

static void writes_the_spans_of_each_resource_together(void **state)
{
	struct span_queue *queue;

	assert_int_equal(span_queue_create(10000, &queue), 0);
	assert_taken(queue, 0, "");
	span_queue_add(queue, bytes_of("{\"r\":1}"), bytes_of("{\"s\":1}"));
	span_queue_add(queue, bytes_of("{\"r\":2}"), bytes_of("{\"s\":2}"));
	span_queue_add(queue, bytes_of("{\"r\":1}"), bytes_of("{\"s\":3}"));
	assert_int_equal(span_queue_count(queue), 3);
	assert_taken(
		queue, 3,
		"[{\"resource\":{\"r\":1},\"scopeSpans\":[{\"scope\":{},\"spans\":[{\"s\":1},{\"s\":3}]}]},"
		"{\"resource\":{\"r\":2},\"scopeSpans\":[{\"scope\":{},\"spans\":[{\"s\":2}]}]}]");
	assert_int_equal(span_queue_count(queue), 0);
	assert_int_equal(span_queue_bytes(queue), 0);
	span_queue_add(queue, bytes_of("{\"r\":2}"), bytes_of("{\"s\":4}"));
	assert_taken(
		queue, 1,
		"[{\"resource\":{\"r\":2},\"scopeSpans\":[{\"scope\":{},\"spans\":[{\"s\":4}]}]}]");
	span_queue_destroy(queue);
}

/* What was taken counts until it is released, because it is in memory until then. */
static void loses_what_it_has_no_room_for(void **state)
{
	char span[1001];
	struct text_buffer text = { 0 };
	struct span_queue *queue;

	memset(span, '1', sizeof(span) - 1);
	span[sizeof(span) - 1] = '\0';
	assert_int_equal(span_queue_create(4000, &queue), 0);
	for (int i = 0; i < 5; i++)
		assert_int_equal(span_queue_add(queue, bytes_of("{}"), bytes_of(span)), i > 2);
	assert_int_equal(span_queue_count(queue), 3);
	assert_int_equal(span_queue_take(queue, "{}", &text), 3);
	assert_int_equal(span_queue_add(queue, bytes_of("{}"), bytes_of(span)), 1);
	span_queue_release(queue);
	assert_int_equal(span_queue_add(queue, bytes_of("{}"), bytes_of(span)), 0);
	text_buffer_release(&text);
	span_queue_destroy(queue);
}

/* One request has a limited size. */
static void takes_some_thousands_at_once(void **state)
{
	enum { SPANS = 5000 };
	struct span_queue *queue;
	uint64_t taken, sum = 0;
	int rounds = 0;

	assert_int_equal(span_queue_create(1 << 20, &queue), 0);
	for (int i = 0; i < SPANS; i++)
		assert_int_equal(span_queue_add(queue, bytes_of("{}"), bytes_of("1")), 0);
	do {
		struct text_buffer text = { 0 };

		taken = span_queue_take(queue, "{}", &text);
		sum += taken;
		text_buffer_release(&text);
	} while (taken && ++rounds);
	assert_int_equal(sum, SPANS);
	assert_int_equal(rounds, 3);
	span_queue_destroy(queue);
}

static void takes_one_that_is_larger_than_a_request(void **state)
{
	enum { SIZE = 3 << 20 };
	static uint8_t span[SIZE];
	struct text_buffer text = { 0 };
	struct span_queue *queue;

	memset(span, '1', SIZE);
	assert_int_equal(span_queue_create(8 << 20, &queue), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(
			span_queue_add(queue, bytes_of("{}"), (struct bytes){ span, SIZE }), 0);
	assert_int_equal(span_queue_take(queue, "{}", &text), 1);
	assert_int_equal(span_queue_take(queue, "{}", &text), 1);
	text_buffer_release(&text);
	span_queue_destroy(queue);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_the_spans_of_each_resource_together),
		cmocka_unit_test(loses_what_it_has_no_room_for),
		cmocka_unit_test(takes_some_thousands_at_once),
		cmocka_unit_test(takes_one_that_is_larger_than_a_request),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
