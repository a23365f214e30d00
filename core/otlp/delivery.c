/* SPDX-License-Identifier: MIT */
#include "delivery.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "answer_reader.h"
#include "backoff.h"
#include "clock.h"
#include "random.h"

enum { MOST_RETRY_AFTER = 300 }; /* seconds; a receiver may ask for more */

enum delivery_state { DELIVERY_IDLE, DELIVERY_SENT, DELIVERY_WAITS };

struct delivery {
	struct delivery_options options;
	char *url;
	struct http_post *post;
	struct text_buffer body;
	enum delivery_state state;
	struct backoff backoff;
	uv_timer_t retry;
	int64_t retry_at; /* monotonic */
	bool is_ending;
	struct error why; /* of the last try; its code is 0 if it did not fail */
};

/* ---- failures ---- */

/* At the end the recap tells it. */
static void note_failed_delivery(struct delivery *delivery, const char *hint, bool is_told)
{
	struct error *why = &delivery->why;

	error_subject(why, "%s", delivery->url);
	error_hint(why, "%s", hint);
	if (!delivery->is_ending && !is_told)
		notice_error(&delivery->options.notifier, NOTICE_ERROR, why);
}

static void fail_unanswered(struct error *why, const struct http_answer *answer)
{
	*why = (struct error){ 0 };
	error_fail(why, answer->is_unreachable ? -ECONNREFUSED : -EIO, "cannot be sent to: %s",
		   answer->why);
}

static void fail_by_status(struct error *why, const struct http_answer *answer)
{
	char text[256];

	*why = (struct error){ 0 };
	answer_message(answer->body, text, sizeof(text));
	error_fail(why, -EPROTO, "the receiver answered with status %d%s%s", answer->status,
		   text[0] ? ": " : "", text);
}

static const char *hint_of_status(int status)
{
	switch (status) {
	case 401:
	case 403:
		return "give the header for authentication in OTEL_EXPORTER_OTLP_HEADERS";
	case 404:
	case 405:
		return "the URL of --otlp has no /v1/traces; --otlp-only is for receivers of traces or of metrics alone";
	case 413:
		return "permit larger requests at the receiver";
	default:
		return "this request is not tried again";
	}
}

/* ---- sending ---- */

static void settle_delivery(struct delivery *delivery, uint64_t rejected)
{
	delivery->state = DELIVERY_IDLE;
	delivery->options.settled(delivery->options.user, rejected);
}

static void send_body(struct delivery *delivery)
{
	const struct bytes body = { (const uint8_t *)delivery->body.data, delivery->body.size };
	struct http_answer answer = { .why = "out of memory" };

	delivery->state = DELIVERY_SENT;
	if (http_post_send(delivery->post, body) == 0)
		return;
	fail_unanswered(&delivery->why, &answer);
	note_failed_delivery(delivery, "this request is not tried again", false);
	settle_delivery(delivery, UINT64_MAX);
}

static void on_retry_delivery(uv_timer_t *retry)
{
	send_body(retry->data);
}

static void wait_for_retry(struct delivery *delivery, uint64_t retry_after)
{
	uint64_t delay =
		backoff_next(&delivery->backoff, BACKOFF_MOST_REMOTE, (uint32_t)random_number());

	if (retry_after > MOST_RETRY_AFTER)
		retry_after = MOST_RETRY_AFTER;
	if (retry_after * 1000 > delay)
		delay = retry_after * 1000;
	delivery->state = DELIVERY_WAITS;
	delivery->retry_at = clock_monotonic() + (int64_t)delay * 1000000;
	if (!delivery->is_ending)
		uv_timer_start(&delivery->retry, on_retry_delivery, delay, 0);
}

/* ---- answers ---- */

/* The statuses after which OTLP permits another try. */
static bool is_retryable(int status)
{
	return status == 429 || (status >= 502 && status <= 504);
}

static void take_failure(struct delivery *delivery, const struct http_answer *answer)
{
	bool is_final = answer->status && !is_retryable(answer->status), is_told;
	struct error why;

	if (answer->status)
		fail_by_status(&why, answer);
	else
		fail_unanswered(&why, answer);
	is_told = delivery->why.code < 0 &&
		  (!is_final || strcmp(delivery->why.what, why.what) == 0);
	delivery->why = why;
	note_failed_delivery(
		delivery,
		is_final ? hint_of_status(answer->status) :
			   "it is tried again, and what is to be sent is queued meanwhile",
		is_told);
	if (is_final) {
		settle_delivery(delivery, UINT64_MAX);
		return;
	}
	if (delivery->is_ending && answer->is_unreachable)
		settle_delivery(delivery, UINT64_MAX);
	else
		wait_for_retry(delivery, answer->retry_after);
}

static void take_success(struct delivery *delivery, const struct http_answer *answer)
{
	struct error partly = { 0 };
	uint64_t rejected = answer_rejected(answer->body, delivery->options.rejected);
	char text[256];

	if (delivery->why.code < 0)
		notice_news(&delivery->options.notifier, NOTICE_INFO, delivery->url,
			    "accepted again");
	delivery->why = (struct error){ 0 };
	delivery->backoff = (struct backoff){ 0 };
	if (rejected) {
		answer_message(answer->body, text, sizeof(text));
		error_subject(&partly, "%s", delivery->url);
		error_fail(&partly, -EPROTO, "the receiver rejected %llu of the items: %s",
			   (unsigned long long)rejected, text[0] ? text : "it does not say why");
		notice_error(&delivery->options.notifier, NOTICE_ERROR, &partly);
	}
	settle_delivery(delivery, rejected);
}

static void on_delivery_answer(void *user, const struct http_answer *answer)
{
	struct delivery *delivery = user;

	if (answer->status >= 200 && answer->status < 300)
		take_success(delivery, answer);
	else
		take_failure(delivery, answer);
}

/* ---- public functions ---- */

bool delivery_is_busy(const struct delivery *delivery)
{
	return delivery->state != DELIVERY_IDLE;
}

void delivery_begin(struct delivery *delivery, struct text_buffer *body)
{
	text_buffer_release(&delivery->body);
	delivery->body = *body;
	*body = (struct text_buffer){ 0 };
	send_body(delivery);
}

void delivery_advance(struct delivery *delivery)
{
	if (!delivery->is_ending) {
		delivery->is_ending = true;
		uv_timer_stop(&delivery->retry);
		/* The last try is now, not after the rest of a long pause. */
		if (delivery->state == DELIVERY_WAITS)
			send_body(delivery);
		return;
	}
	if (delivery->state == DELIVERY_WAITS && clock_monotonic() >= delivery->retry_at)
		send_body(delivery);
}

bool delivery_has_failed(const struct delivery *delivery, struct error *ret_why)
{
	if (delivery->why.code == 0)
		return false;
	*ret_why = delivery->why;
	return true;
}

/* ---- lifetime ---- */

int delivery_create(const struct delivery_options *options, struct delivery **ret_delivery)
{
	struct delivery *delivery = calloc(1, sizeof(*delivery));
	struct http_post_options post = { .done = on_delivery_answer, .user = delivery };

	if (!delivery)
		return -ENOMEM;
	delivery->options = *options;
	uv_timer_init(options->loop, &delivery->retry);
	delivery->retry.data = delivery;
	delivery->url = strdup(options->url);
	post.url = delivery->url;
	if (!delivery->url || http_post_create(options->client, &post, &delivery->post) < 0) {
		delivery_destroy(delivery);
		return -ENOMEM;
	}
	*ret_delivery = delivery;
	return 0;
}

static void delivery_on_closed(uv_handle_t *handle)
{
	struct delivery *delivery = handle->data;

	free(delivery->url);
	free(delivery);
}

void delivery_destroy(struct delivery *delivery)
{
	if (!delivery)
		return;
	http_post_destroy(delivery->post);
	text_buffer_release(&delivery->body);
	uv_close((uv_handle_t *)&delivery->retry, delivery_on_closed);
}
