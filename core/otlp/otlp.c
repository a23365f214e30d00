/* SPDX-License-Identifier: MIT */
#include "otlp.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "clock.h"
#include "delivery.h"
#include "http_client.h"
#include "random.h"
#include "request_metrics.h"
#include "span_format.h"
#include "span_queue.h"
#include "text_buffer.h"

enum {
	SPANS_INTERVAL = 1000,	  /* milliseconds that a span may wait for others */
	METRICS_INTERVAL = 10000, /* milliseconds */
	MANY_SPANS = 512,	  /* so many do not wait */
	MOST_SERIES = 2000,	  /* the limit that OpenTelemetry's SDKs have */
	MOST_SCOPE = 128,
};

#define WHERE "otlp" /* spans are lost */

struct otlp {
	struct otlp_options options;
	char scope[MOST_SCOPE];
	struct span_format *format;
	struct span_queue *queue;
	struct request_metrics *metrics;
	struct http_client *client;
	struct delivery *spans, *totals;
	uv_timer_t spans_timer, metrics_timer;
	int open_handles;
	struct text_buffer lines;
	uint64_t sent; /* spans on their way */
	uint64_t lost;
	bool has_traces, has_metrics; /* that the receiver gets */
	bool is_accepted;
	bool is_ending;
	bool has_tried_last; /* spans were sent since the session ends */
	bool has_totals;     /* the last counters were sent, or are on their way */
};

/* ---- losing ---- */

static void lose_spans(struct otlp *otlp, uint64_t count)
{
	otlp->lost += count;
	request_metrics_lose(otlp->metrics, WHERE, count);
}

uint64_t otlp_lost(const struct otlp *otlp)
{
	return otlp->lost;
}

bool otlp_is_accepted(const struct otlp *otlp)
{
	return otlp->is_accepted;
}

/* ---- sending ---- */

static void wrap(struct text_buffer *text, const char *words)
{
	text_buffer_add(text, words, strlen(words));
}

static void send_spans(struct otlp *otlp)
{
	struct text_buffer body = { 0 };
	uint64_t count;

	if (delivery_is_busy(otlp->spans) || span_queue_count(otlp->queue) == 0)
		return;
	wrap(&body, "{\"resourceSpans\":");
	count = span_queue_take(otlp->queue, otlp->scope, &body);
	wrap(&body, "}");
	if (body.failed) {
		text_buffer_release(&body);
		span_queue_release(otlp->queue);
		lose_spans(otlp, count);
		return;
	}
	otlp->sent = count;
	delivery_begin(otlp->spans, &body);
}

static void on_spans_settled(void *user, uint64_t rejected)
{
	struct otlp *otlp = user;

	otlp->is_accepted = rejected < UINT64_MAX;
	lose_spans(otlp, rejected < otlp->sent ? rejected : otlp->sent);
	otlp->sent = 0;
	span_queue_release(otlp->queue);
	if (!otlp->is_ending && span_queue_count(otlp->queue) >= MANY_SPANS)
		send_spans(otlp);
}

static void send_totals(struct otlp *otlp)
{
	struct text_buffer body = { 0 };

	if (!otlp->has_metrics || delivery_is_busy(otlp->totals))
		return;
	wrap(&body, "{\"resourceMetrics\":");
	request_metrics_write(otlp->metrics, clock_now(), &body);
	wrap(&body, "}");
	/* They have counted from the begin on, so the next ones lack nothing. */
	if (body.failed)
		text_buffer_release(&body);
	else
		delivery_begin(otlp->totals, &body);
}

static void on_totals_settled(void *user, uint64_t rejected)
{
	struct otlp *otlp = user;

	if (rejected < UINT64_MAX)
		request_metrics_sent(otlp->metrics);
	if (!otlp->has_traces)
		otlp->is_accepted = rejected < UINT64_MAX;
}

static void on_spans_timer(uv_timer_t *timer)
{
	send_spans(timer->data);
}

static void on_metrics_timer(uv_timer_t *timer)
{
	send_totals(timer->data);
}

/* ---- events ---- */

bool otlp_makes_spans(const struct otlp *otlp)
{
	return otlp->has_traces;
}

int otlp_format(struct otlp *otlp, const struct event *event, struct bytes *ret_lines)
{
	struct bytes resource, span;

	otlp->lines.size = 0;
	*ret_lines = (struct bytes){ 0 };
	if (!otlp->has_traces || !span_format_has(event))
		return 0;
	if (span_format_resource(otlp->format, event->process, &resource) < 0 ||
	    span_format_span(otlp->format, event, &span) < 0)
		return -ENOMEM;
	otlp->lines.failed = false;
	text_buffer_add(&otlp->lines, (const char *)resource.data, resource.size);
	text_buffer_add(&otlp->lines, (const char *)span.data, span.size);
	if (otlp->lines.failed)
		return -ENOMEM;
	*ret_lines = (struct bytes){ (const uint8_t *)otlp->lines.data, otlp->lines.size };
	return 0;
}

int otlp_add_span(struct otlp *otlp, struct bytes lines)
{
	const uint8_t *middle = lines.size ? memchr(lines.data, '\n', lines.size) : NULL;
	struct bytes resource, span;
	int r;

	if (!middle)
		return 0;
	resource = (struct bytes){ lines.data, (size_t)(middle - lines.data) };
	span = (struct bytes){ middle + 1, lines.size - resource.size - 2 };
	r = span_queue_add(otlp->queue, resource, span);
	if (r != 0)
		lose_spans(otlp, 1);
	if (span_queue_count(otlp->queue) >= MANY_SPANS)
		send_spans(otlp);
	return r < 0 ? r : 0;
}

/* Without its end nobody knows how long a request took. */
static bool is_measured(const struct otlp *otlp, const struct event *event)
{
	return otlp->has_metrics && event->type == EVENT_REQUEST &&
	       event->duration.presence == PRESENT && event->duration.value >= 0 &&
	       event->outcome != OUTCOME_OPEN;
}

static struct bytes without_newline(struct bytes line)
{
	return (struct bytes){ line.data, line.size - 1 };
}

/* If there are lines of a span, the first one is the resource. */
static int measure(struct otlp *otlp, const struct event *event, struct bytes lines)
{
	struct bytes resource = lines, attributes;

	if (lines.size)
		resource.size = (size_t)((const uint8_t *)memchr(lines.data, '\n', lines.size) -
					 lines.data) +
				1;
	else if (span_format_resource(otlp->format, event->process, &resource) < 0)
		return -ENOMEM;
	if (span_format_measured(otlp->format, event, &attributes) < 0)
		return -ENOMEM;
	return request_metrics_add(otlp->metrics, without_newline(resource),
				   without_newline(attributes), (uint64_t)event->duration.value,
				   clock_now());
}

static int end_process(struct otlp *otlp, const struct process_identity *process)
{
	struct bytes resource;

	if (span_format_resource(otlp->format, process, &resource) < 0)
		return -ENOMEM;
	request_metrics_end(otlp->metrics, without_newline(resource));
	return 0;
}

int otlp_event(struct otlp *otlp, const struct event *event)
{
	struct bytes lines;
	int r = otlp_format(otlp, event, &lines);

	if (r == 0)
		r = otlp_add_span(otlp, lines);
	if (r == 0 && is_measured(otlp, event))
		r = measure(otlp, event, lines);
	if (event->type == EVENT_LOST)
		request_metrics_lose(otlp->metrics, event->where, event->count);
	if (r == 0 && event->type == EVENT_DETACH)
		r = end_process(otlp, event->process);
	return r;
}

/* ---- the end ---- */

static void begin_end(struct otlp *otlp)
{
	otlp->is_ending = true;
	uv_timer_stop(&otlp->spans_timer);
	uv_timer_stop(&otlp->metrics_timer);
}

/* After a failure one more try is made. Returns whether there is something to send or to wait for. */
static bool end_spans(struct otlp *otlp)
{
	struct error why;

	if (delivery_is_busy(otlp->spans))
		return true;
	if (span_queue_count(otlp->queue) == 0 ||
	    (otlp->has_tried_last && delivery_has_failed(otlp->spans, &why)))
		return false;
	otlp->has_tried_last = true;
	send_spans(otlp);
	return true;
}

size_t otlp_end(struct otlp *otlp)
{
	bool spans_left;

	if (!otlp->is_ending)
		begin_end(otlp);
	http_client_advance(otlp->client);
	delivery_advance(otlp->spans);
	delivery_advance(otlp->totals);
	spans_left = end_spans(otlp);
	if (!spans_left && !otlp->has_totals && !delivery_is_busy(otlp->totals)) {
		/* What was not sent by now is lost. */
		lose_spans(otlp, span_queue_count(otlp->queue));
		otlp->has_totals = true;
		send_totals(otlp);
	}
	if (!spans_left && otlp->has_totals && !delivery_is_busy(otlp->totals))
		return 0;
	return span_queue_bytes(otlp->queue) + 1;
}

/* The last counters were not accepted: what the receiver has is older. */
static int conclude_totals(const struct otlp *otlp, struct error *err)
{
	struct error why;
	bool is_known = delivery_has_failed(otlp->totals, &why);

	if (!is_known && (!otlp->has_metrics || !delivery_is_busy(otlp->totals)))
		return 0;
	error_subject(err, "%s", otlp->options.endpoint->text);
	return error_fail(err, is_known ? why.code : -ETIMEDOUT, "the last metrics were lost: %s",
			  is_known ? why.what : "they were not accepted in time");
}

int otlp_conclude(struct otlp *otlp, struct error *err)
{
	/* otlp_end() has counted what is queued if it came so far. */
	uint64_t left = otlp->sent + (otlp->has_totals ? 0 : span_queue_count(otlp->queue));
	unsigned long long lost = otlp->lost + left;
	struct error why;

	if (lost == 0)
		return conclude_totals(otlp, err);
	if (delivery_has_failed(otlp->spans, &why) || left) {
		bool is_known = delivery_has_failed(otlp->spans, &why);

		error_subject(err, "%s", otlp->options.endpoint->text);
		return error_fail(err, is_known ? why.code : -ETIMEDOUT, "%llu span%s lost: %s",
				  lost, lost == 1 ? "" : "s",
				  is_known ? why.what : "they were not accepted in time");
	}
	notice_news(
		&otlp->options.notifier, NOTICE_INFO, otlp->options.endpoint->text,
		"%llu span%s lost: the receiver was not there, took them too slowly or rejected them",
		lost, lost == 1 ? "" : "s");
	return conclude_totals(otlp, err);
}

/* ---- lifetime ---- */

static int open_format(struct otlp *otlp)
{
	struct span_format_options options = {
		.origin = otlp->options.origin,
		.redaction = otlp->options.redaction,
		.version = otlp->options.version,
		.seed = random_number(),
	};

	return span_format_create(&options, &otlp->format);
}

static int open_metrics(struct otlp *otlp)
{
	struct request_metrics_options options = {
		.most_series = MOST_SERIES,
		.scope = otlp->scope,
		.begin = clock_now(),
	};
	int r = span_format_resource(otlp->format, NULL, &options.self);

	options.self.size -= r == 0;
	if (r == 0)
		r = request_metrics_create(&options, &otlp->metrics);
	/* So that there is a counter before anything is lost. */
	if (r == 0)
		request_metrics_lose(otlp->metrics, WHERE, 0);
	return r;
}

static int open_client(struct otlp *otlp, struct error *err)
{
	char user_agent[64];
	struct http_client_options options = {
		.loop = otlp->options.loop,
		.user_agent = user_agent,
		.headers = (const char *const *)otlp->options.endpoint->headers,
		.header_count = otlp->options.endpoint->header_count,
		.ca_file = otlp->options.endpoint->ca_file,
	};

	snprintf(user_agent, sizeof(user_agent), "gohttpsnoop/%s", otlp->options.version);
	return http_client_create(&options, &otlp->client, err);
}

static int open_delivery(struct otlp *otlp, const char *path, const char *rejected,
			 void (*settled)(void *user, uint64_t rejected),
			 struct delivery **ret_delivery)
{
	char url[OTLP_MOST_URL + 32];
	struct delivery_options options = {
		.loop = otlp->options.loop,
		.client = otlp->client,
		.url = url,
		.rejected = rejected,
		.settled = settled,
		.user = otlp,
		.notifier = otlp->options.notifier,
	};

	snprintf(url, sizeof(url), "%s%s", otlp->options.endpoint->url, path);
	return delivery_create(&options, ret_delivery);
}

static int open_otlp_parts(struct otlp *otlp, struct error *err)
{
	int r = open_client(otlp, err);

	if (r < 0)
		return r;
	r = open_format(otlp);
	if (r == 0)
		r = open_metrics(otlp);
	if (r == 0)
		r = span_queue_create(otlp->options.limit, &otlp->queue);
	if (r == 0)
		r = open_delivery(otlp, "/v1/traces", "rejectedSpans", on_spans_settled,
				  &otlp->spans);
	if (r == 0)
		r = open_delivery(otlp, "/v1/metrics", "rejectedDataPoints", on_totals_settled,
				  &otlp->totals);
	return r < 0 ? error_fail(err, r, "out of memory") : 0;
}

int otlp_open(const struct otlp_options *options, struct otlp **ret_otlp, struct error *err)
{
	struct otlp *otlp = calloc(1, sizeof(*otlp));
	int r;

	if (!otlp)
		return error_fail(err, -ENOMEM, "out of memory");
	otlp->options = *options;
	otlp->has_traces = options->endpoint->signals != OTLP_METRICS;
	otlp->has_metrics = options->endpoint->signals != OTLP_TRACES;
	snprintf(otlp->scope, sizeof(otlp->scope), "{\"name\":\"gohttpsnoop\",\"version\":\"%s\"}",
		 options->version);
	uv_timer_init(options->loop, &otlp->spans_timer);
	uv_timer_init(options->loop, &otlp->metrics_timer);
	otlp->spans_timer.data = otlp->metrics_timer.data = otlp;
	otlp->open_handles = 2;
	r = open_otlp_parts(otlp, err);
	if (r < 0) {
		otlp_close(otlp);
		return r;
	}
	/* Not at once: a thread that resolves the name is to have the rights that the session keeps. */
	uv_timer_start(&otlp->spans_timer, on_spans_timer, SPANS_INTERVAL, SPANS_INTERVAL);
	uv_timer_start(&otlp->metrics_timer, on_metrics_timer, METRICS_INTERVAL, METRICS_INTERVAL);
	*ret_otlp = otlp;
	return 0;
}

static void on_otlp_closed(uv_handle_t *handle)
{
	struct otlp *otlp = handle->data;

	if (--otlp->open_handles == 0)
		free(otlp);
}

void otlp_close(struct otlp *otlp)
{
	if (!otlp)
		return;
	delivery_destroy(otlp->spans);
	delivery_destroy(otlp->totals);
	http_client_destroy(otlp->client);
	span_format_destroy(otlp->format);
	span_queue_destroy(otlp->queue);
	request_metrics_destroy(otlp->metrics);
	text_buffer_release(&otlp->lines);
	uv_close((uv_handle_t *)&otlp->spans_timer, on_otlp_closed);
	uv_close((uv_handle_t *)&otlp->metrics_timer, on_otlp_closed);
}
