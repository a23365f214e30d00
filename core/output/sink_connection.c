/* SPDX-License-Identifier: MIT */
#include "sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "backoff.h"
#include "clock.h"
#include "dialer.h"
#include "link.h"
#include "outbox.h"
#include "random.h"
#include "sink_type.h"

/* A connection that held for so long has worked, and the next one is tried soon. Nanoseconds. */
static const int64_t HAS_WORKED = INT64_C(5000000000);

struct connection_sink {
	struct sink sink;
	struct sink_options options;
	const struct endpoint *endpoint;
	struct outbox outbox;
	struct dialer *dialer;
	struct link *link; /* NULL: there is no connection */
	int64_t connected_at;
	struct backoff backoff;
	uv_timer_t retry;
	struct error
		why; /* why there is no connection; its code is 0 if there is one, or was no try yet */
	bool ending, tried_last;
};

static void connection_notify(const struct connection_sink *connection, enum notice_level level,
			      const char *what)
{
	notice_news(&connection->options.notifier, level, connection->endpoint->text, "%s", what);
}

/* ---- losing the connection ---- */

/* Milliseconds. */
static uint32_t next_pause(struct connection_sink *connection)
{
	uint32_t most = connection->endpoint->kind == ENDPOINT_UNIX ? BACKOFF_MOST_LOCAL :
								      BACKOFF_MOST_REMOTE;

	return backoff_next(&connection->backoff, most, (uint32_t)random_number());
}

static void on_retry(uv_timer_t *retry)
{
	struct connection_sink *connection = retry->data;

	dialer_start(connection->dialer);
}

/* Tells it unless it is known. At the end connection_conclude() tells it. */
static void note_no_connection(struct connection_sink *connection, const struct error *why)
{
	bool known = connection->why.code < 0;

	connection->why = *why;
	if (connection->ending)
		return;
	error_subject(&connection->why, "%s", connection->endpoint->text);
	error_hint(&connection->why, "it is tried again, and lines are queued meanwhile");
	if (!known)
		notice_error(&connection->options.notifier, NOTICE_ERROR, &connection->why);
	uv_timer_start(&connection->retry, on_retry, next_pause(connection), 0);
}

static void on_dial_failed(void *user, const struct error *why)
{
	note_no_connection(user, why);
}

static void link_on_end(void *user, int error, size_t unacknowledged)
{
	struct connection_sink *connection = user;
	struct error why = { 0 };

	outbox_disconnect(&connection->outbox, unacknowledged);
	link_close(connection->link);
	connection->link = NULL;
	if (clock_monotonic() - connection->connected_at >= HAS_WORKED)
		connection->backoff = (struct backoff){ 0 };
	if (error == 0)
		error_fail(&why, -EPIPE, "the listener closed the connection");
	else
		error_fail(&why, error, "the connection was lost: %s", strerror(-error));
	note_no_connection(connection, &why);
}

/* ---- the connection ---- */

/* Writes what waits, and releases what has arrived. */
static int connection_write_waiting(struct connection_sink *connection)
{
	int r = outbox_write(&connection->outbox);

	outbox_acknowledge(&connection->outbox, link_unacknowledged(connection->link));
	link_watch(connection->link, connection->outbox.waiting > 0);
	return r;
}

static void link_on_room(void *user)
{
	struct connection_sink *connection = user;
	int r = connection_write_waiting(connection);

	if (r < 0)
		link_on_end(connection, r, link_unacknowledged(connection->link));
}

/* From now on the outbox holds nothing but the lines for this connection. */
static void link_on_leave(void *user)
{
	struct connection_sink *connection = user;

	connection->outbox.options.descriptor = -1;
}

static void on_dial_connected(void *user, int descriptor)
{
	struct connection_sink *connection = user;
	struct link_options options = {
		.loop = connection->options.loop,
		.is_tcp = connection->endpoint->kind == ENDPOINT_TCP,
		.room = link_on_room,
		.leave = link_on_leave,
		.end = link_on_end,
		.user = connection,
	};
	/* This writes earlier lines to all sinks, so it comes first. */
	struct batch *greeting = connection->options.greeting(connection->options.user);
	struct error why = { 0 };
	int r = link_open(&options, descriptor, &connection->link);

	if (r == 0 &&
	    (!greeting || outbox_connect(&connection->outbox, descriptor, greeting) < 0)) {
		link_close(connection->link);
		connection->link = NULL;
		r = -ENOMEM;
	}
	if (r < 0) {
		error_fail(&why, r, "cannot be connected: %s", strerror(-r));
		note_no_connection(connection, &why);
		return;
	}
	connection->connected_at = clock_monotonic();
	connection->why = (struct error){ 0 };
	connection_notify(connection, NOTICE_INFO, "connected");
	link_on_room(connection);
}

/* ---- lines ---- */

static int connection_write(struct sink *sink, struct batch *batch)
{
	struct connection_sink *connection = (struct connection_sink *)sink;
	int r = outbox_put(&connection->outbox, batch);

	if (!connection->link)
		return 0;
	outbox_acknowledge(&connection->outbox, link_unacknowledged(connection->link));
	link_watch(connection->link, connection->outbox.waiting > 0);
	if (r < 0)
		link_on_end(connection, r, link_unacknowledged(connection->link));
	return 0;
}

static void connection_count(const struct sink *sink, struct sink_counts *counts)
{
	const struct connection_sink *connection = (const struct connection_sink *)sink;

	counts->readers += connection->link ? 1 : 0;
	counts->lost += connection->outbox.lost_total;
}

/* ---- the end ---- */

/* If there is no connection, one more try is made. Returns whether something may still change. */
static bool connection_try_last(struct connection_sink *connection)
{
	if (dialer_is_busy(connection->dialer)) {
		dialer_advance(connection->dialer);
	} else if (connection->outbox.waiting > 0 && !connection->tried_last) {
		connection->tried_last = true;
		dialer_start(connection->dialer);
	}
	return connection->link || dialer_is_busy(connection->dialer);
}

/* What is in the kernel counts as queued: if the connection is lost now, it can be sent again. */
static size_t connection_end(struct sink *sink)
{
	struct connection_sink *connection = (struct connection_sink *)sink;
	int r = 0;

	connection->ending = true;
	uv_timer_stop(&connection->retry);
	r = outbox_end(&connection->outbox);
	if (connection->link && r < 0)
		link_on_end(connection, r, link_unacknowledged(connection->link));
	if (connection->link)
		link_advance(connection->link);
	if (!connection->link &&
	    (connection->outbox.waiting == 0 || !connection_try_last(connection)))
		return 0;
	return connection->outbox.waiting +
	       (connection->link ? link_unacknowledged(connection->link) : 1);
}

static int connection_conclude(struct sink *sink, struct error *err)
{
	struct connection_sink *connection = (struct connection_sink *)sink;
	unsigned long long lost = outbox_lost(&connection->outbox);

	if (lost > 0 && !connection->link) {
		error_subject(err, "%s", connection->endpoint->text);
		return error_fail(err, connection->why.code ? connection->why.code : -ENOTCONN,
				  "%llu event%s lost: %s", lost, lost == 1 ? "" : "s",
				  connection->why.code ? connection->why.what :
							 "it was not connected in time");
	}
	if (lost > 0)
		notice_news(&connection->options.notifier, NOTICE_INFO, connection->endpoint->text,
			    "%llu event%s lost: the listener was not there or took them too slowly",
			    lost, lost == 1 ? "" : "s");
	return 0;
}

/* ---- lifetime ---- */

static void connection_on_closed(uv_handle_t *handle)
{
	struct connection_sink *connection = handle->data;

	outbox_finish(&connection->outbox);
	free(connection);
}

static void connection_close(struct sink *sink)
{
	struct connection_sink *connection = (struct connection_sink *)sink;

	dialer_destroy(connection->dialer);
	link_close(connection->link);
	uv_close((uv_handle_t *)&connection->retry, connection_on_closed);
}

static int open_dialer(struct connection_sink *connection)
{
	struct dialer_options options = {
		.loop = connection->options.loop,
		.endpoint = connection->endpoint,
		.connected = on_dial_connected,
		.failed = on_dial_failed,
		.user = connection,
	};

	return dialer_create(&options, &connection->dialer);
}

int sink_create_connection(const struct sink_options *options, const struct endpoint *endpoint,
			   struct sink **ret_sink, struct error *err)
{
	struct connection_sink *connection = calloc(1, sizeof(*connection));
	struct outbox_options outbox = {
		.descriptor = -1,
		.way = OUTBOX_SEND,
		.limit = options->limit,
		.lost_format = options->lost_format,
		.where = "listener",
		.resends = true,
	};

	if (!connection)
		return error_fail(err, -ENOMEM, "out of memory");
	connection->sink = (struct sink){
		.write = connection_write,
		.end = connection_end,
		.conclude = connection_conclude,
		.count = connection_count,
		.close = connection_close,
	};
	connection->options = *options;
	connection->endpoint = endpoint;
	outbox_init(&connection->outbox, &outbox);
	uv_timer_init(options->loop, &connection->retry);
	connection->retry.data = connection;
	if (open_dialer(connection) < 0) {
		connection_close(&connection->sink);
		return error_fail(err, -ENOMEM, "out of memory");
	}
	/* Not now: a thread that resolves the name is to have the rights that the session keeps. */
	uv_timer_start(&connection->retry, on_retry, 0, 0);
	*ret_sink = &connection->sink;
	return 0;
}
