/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "request_metrics.h"

#define LOST_HEAD                                                                   \
	"[{\"resource\":{\"self\":1},\"scopeMetrics\":[{\"scope\":{},\"metrics\":[" \
	"{\"name\":\"gohttpsnoop.lost\",\"unit\":\"{event}\","                      \
	"\"description\":\"Events that were lost, by the place of the loss.\","     \
	"\"sum\":{\"aggregationTemporality\":2,\"isMonotonic\":true,\"dataPoints\":["
#define SERIES_HEAD                                                  \
	"{\"name\":\"http.server.request.duration\",\"unit\":\"s\"," \
	"\"description\":\"Duration of HTTP server requests.\","     \
	"\"histogram\":{\"aggregationTemporality\":2,\"dataPoints\":["
#define BOUNDS "\"explicitBounds\":[0.005,0.01,0.025,0.05,0.075,0.1,0.25,0.5,0.75,1,2.5,5,7.5,10]"

static const int64_t SECOND = 1000000000;

static struct bytes bytes_of(const char *text)
{
	return (struct bytes){ (const uint8_t *)text, strlen(text) };
}

static struct request_metrics *create(size_t most_series)
{
	const struct request_metrics_options options = {
		.self = bytes_of("{\"self\":1}"),
		.most_series = most_series,
		.scope = "{}",
		.begin = 5,
	};
	struct request_metrics *metrics;

	assert_int_equal(request_metrics_create(&options, &metrics), 0);
	return metrics;
}

/* The caller frees the text. */
static char *written(struct request_metrics *metrics)
{
	struct text_buffer text = { 0 };

	request_metrics_write(metrics, 9, &text);
	assert_false(text.failed);
	text_buffer_add(&text, "", 1);
	return text.data;
}

static void assert_written(struct request_metrics *metrics, const char *wanted)
{
	char *text = written(metrics);

	assert_string_equal(text, wanted);
	free(text);
}

static void add(struct request_metrics *metrics, const char *resource, const char *attributes,
		int64_t duration)
{
	assert_int_equal(request_metrics_add(metrics, bytes_of(resource), bytes_of(attributes),
					     (uint64_t)duration, 7),
			 0);
}

static size_t count_of(struct request_metrics *metrics, const char *part)
{
	char *text = written(metrics), *at = text;
	size_t count = 0;

	while ((at = strstr(at, part))) {
		count++;
		at++;
	}
	free(text);
	return count;
}

/* A bucket has its upper bound, as OpenTelemetry says. */
static void puts_durations_into_buckets(void **state)
{
	static const int64_t durations[] = { 0,		 5000000,     5000001,
					     1000000000, 10000000000, 10000000001 };
	struct request_metrics *metrics = create(10);

	for (size_t i = 0; i < sizeof(durations) / sizeof(durations[0]); i++)
		add(metrics, "{\"r\":1}", "[]", durations[i]);
	assert_written(
		metrics, LOST_HEAD
		"]}}]}]},{\"resource\":{\"r\":1},\"scopeMetrics\":[{\"scope\":{},\"metrics\":[" SERIES_HEAD
		"{\"attributes\":[],\"startTimeUnixNano\":\"7\",\"timeUnixNano\":\"9\",\"count\":\"6\","
		"\"sum\":21.010000002,\"bucketCounts\":[\"2\",\"1\",\"0\",\"0\",\"0\",\"0\",\"0\",\"0\","
		"\"0\",\"1\",\"0\",\"0\",\"0\",\"1\",\"1\"]," BOUNDS "}]}}]}]}]");
	request_metrics_destroy(metrics);
}

static void counts_lost_events_by_place(void **state)
{
	struct request_metrics *metrics = create(10);

	request_metrics_lose(metrics, "otlp", 0);
	request_metrics_lose(metrics, "kernel", 7);
	request_metrics_lose(metrics, "otlp", 3);
	request_metrics_lose(metrics, "kernel", 1);
	assert_written(
		metrics, LOST_HEAD
		"{\"attributes\":[{\"key\":\"gohttpsnoop.where\",\"value\":{\"stringValue\":\"otlp\"}}],"
		"\"startTimeUnixNano\":\"5\",\"timeUnixNano\":\"9\",\"asInt\":\"3\"},"
		"{\"attributes\":[{\"key\":\"gohttpsnoop.where\",\"value\":{\"stringValue\":\"kernel\"}}],"
		"\"startTimeUnixNano\":\"5\",\"timeUnixNano\":\"9\",\"asInt\":\"8\"}]}}]}]}]");
	request_metrics_destroy(metrics);
}

/* Requests are not lost, only their attributes. */
static void counts_together_beyond_the_limit(void **state)
{
	struct request_metrics *metrics = create(3);
	char attributes[32];

	for (int i = 0; i < 50; i++) {
		snprintf(attributes, sizeof(attributes), "[%d]", i);
		add(metrics, "{\"r\":1}", attributes, SECOND);
	}
	add(metrics, "{\"r\":2}", "[0]", SECOND);
	add(metrics, "{\"r\":1}", "[1]", SECOND);
	assert_int_equal(count_of(metrics, "\"explicitBounds\""), 4);
	assert_int_equal(count_of(metrics, "otel.metric.overflow"), 1);
	assert_int_equal(count_of(metrics, "\"count\":\"48\""), 1);
	assert_int_equal(count_of(metrics, "\"count\":\"2\""), 1);
	assert_int_equal(count_of(metrics, "\"count\":\"1\""), 2);
	assert_int_equal(count_of(metrics, "{\"r\":2}"), 0);
	request_metrics_destroy(metrics);
}

/* The receiver gets what a process did last. */
static void leaves_out_ended_processes_when_they_were_sent(void **state)
{
	struct request_metrics *metrics = create(10);

	add(metrics, "{\"r\":1}", "[1]", SECOND);
	add(metrics, "{\"r\":2}", "[1]", SECOND);
	request_metrics_end(metrics, bytes_of("{\"r\":3}"));
	request_metrics_end(metrics, bytes_of("{\"r\":1}"));
	/* Nothing was written since. */
	request_metrics_sent(metrics);
	assert_int_equal(count_of(metrics, "{\"r\":1}"), 1);
	/* Another process with the same id has begun. */
	add(metrics, "{\"r\":1}", "[1]", SECOND);
	request_metrics_sent(metrics);
	assert_int_equal(count_of(metrics, "\"count\":\"2\""), 1);
	request_metrics_end(metrics, bytes_of("{\"r\":1}"));
	assert_int_equal(count_of(metrics, "{\"r\":1}"), 1);
	request_metrics_sent(metrics);
	assert_int_equal(count_of(metrics, "{\"r\":1}"), 0);
	assert_int_equal(count_of(metrics, "{\"r\":2}"), 1);
	/* There is room for others again. */
	for (int i = 0; i < 9; i++)
		add(metrics, "{\"r\":4}",
		    (const char *[]){ "[0]", "[1]", "[2]", "[3]", "[4]", "[5]", "[6]", "[7]",
				      "[8]" }[i],
		    SECOND);
	assert_int_equal(count_of(metrics, "otel.metric.overflow"), 0);
	request_metrics_destroy(metrics);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(puts_durations_into_buckets),
		cmocka_unit_test(counts_lost_events_by_place),
		cmocka_unit_test(counts_together_beyond_the_limit),
		cmocka_unit_test(leaves_out_ended_processes_when_they_were_sent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
