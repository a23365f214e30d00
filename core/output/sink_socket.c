/* SPDX-License-Identifier: MIT */
#include "sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "outlet.h"
#include "sink_type.h"
#include "unix_socket.h"

#define SYSTEMD "systemd:"

enum {
	ACCEPTS_A_TURN = 64, /* readers that are accepted before the loop continues */
	PAUSE = 200,	     /* milliseconds, if no descriptors are available */
};

struct socket_sink {
	struct sink sink;
	struct sink_options options;
	struct unix_socket socket;
	struct reader *readers;
	size_t count, most; /* readers */
	uint64_t lost;	    /* events lost by readers that have disconnected */
	bool listening, ending;
	uv_poll_t arrival;
	uv_timer_t pause;
	int open_handles;
};

struct reader {
	struct socket_sink *sink;
	struct outlet *outlet;
	struct reader *next, **link; /* in the sink's list of readers */
};

static void on_arrival(uv_poll_t *arrival, int status, int events);

/* Readers beyond the limit wait until they are accepted. */
static void set_listening(struct socket_sink *sink, bool listening)
{
	if (listening == sink->listening || (listening && sink->ending))
		return;
	sink->listening = listening;
	if (listening)
		uv_poll_start(&sink->arrival, UV_READABLE, on_arrival);
	else
		uv_poll_stop(&sink->arrival);
}

/* ---- readers ---- */

static void reader_drop(struct reader *reader)
{
	struct socket_sink *sink = reader->sink;

	*reader->link = reader->next;
	if (reader->next)
		reader->next->link = reader->link;
	sink->count--;
	sink->lost += outlet_lost_so_far(reader->outlet);
	outlet_close(reader->outlet);
	free(reader);
}

/* The reader's descriptor becomes free soon, so another reader can be accepted. */
static void reader_on_failed(void *user, int error)
{
	struct reader *reader = user;
	struct socket_sink *sink = reader->sink;

	reader_drop(reader);
	set_listening(sink, true);
}

static struct reader *reader_add(struct socket_sink *sink, int descriptor)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	struct outlet_options options = {
		.loop = sink->options.loop,
		.limit = sink->options.limit,
		.lost_format = sink->options.lost_format,
		.failed = reader_on_failed,
		.user = reader,
	};

	if (!reader) {
		close(descriptor);
		return NULL;
	}
	if (outlet_open_socket(&options, descriptor, &reader->outlet) < 0) {
		free(reader);
		return NULL;
	}
	reader->sink = sink;
	reader->next = sink->readers;
	reader->link = &sink->readers;
	if (reader->next)
		reader->next->link = &reader->next;
	sink->readers = reader;
	sink->count++;
	return reader;
}

static void reader_greet(struct socket_sink *sink, int descriptor)
{
	struct batch *greeting = sink->options.greeting(sink->options.user);
	struct reader *reader = reader_add(sink, descriptor);

	if (reader && (!greeting || outlet_put(reader->outlet, greeting) < 0))
		reader_drop(reader);
}

/* ---- arrivals ---- */

static void on_pause_end(uv_timer_t *pause)
{
	set_listening(pause->data, true);
}

/* Returns whether there may be more readers to accept. */
static bool accept_one(struct socket_sink *sink)
{
	int descriptor = accept4(sink->socket.descriptor, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (descriptor >= 0) {
		reader_greet(sink, descriptor);
		return true;
	}
	if (errno == EAGAIN)
		return false;
	if (errno == EINTR || errno == ECONNABORTED)
		return true;
	/* Descriptors or memory ran out: waiting readers would be announced again and again. */
	set_listening(sink, false);
	uv_timer_start(&sink->pause, on_pause_end, PAUSE, 0);
	return false;
}

static void on_arrival(uv_poll_t *arrival, int status, int events)
{
	struct socket_sink *sink = arrival->data;

	for (int i = 0; i < ACCEPTS_A_TURN && sink->count < sink->most; i++) {
		if (!accept_one(sink))
			return;
	}
	if (sink->count >= sink->most)
		set_listening(sink, false);
}

/* ---- lines ---- */

static bool socket_wants(const struct sink *sink)
{
	return ((const struct socket_sink *)sink)->count > 0;
}

static void socket_count(const struct sink *sink, struct sink_counts *counts)
{
	const struct socket_sink *socket_sink = (const struct socket_sink *)sink;

	counts->readers += socket_sink->count;
	counts->lost += socket_sink->lost;
	for (const struct reader *reader = socket_sink->readers; reader; reader = reader->next)
		counts->lost += outlet_lost_so_far(reader->outlet);
}

static int socket_write(struct sink *sink, struct batch *batch)
{
	struct reader *next;

	for (struct reader *reader = ((struct socket_sink *)sink)->readers; reader; reader = next) {
		next = reader->next;
		if (outlet_put(reader->outlet, batch) < 0)
			reader_on_failed(reader, 0);
	}
	return 0;
}

static size_t socket_end(struct sink *sink)
{
	struct socket_sink *socket_sink = (struct socket_sink *)sink;
	size_t waiting = 0;

	socket_sink->ending = true;
	set_listening(socket_sink, false);
	for (struct reader *reader = socket_sink->readers; reader; reader = reader->next)
		waiting += outlet_end(reader->outlet);
	return waiting;
}

/* ---- lifetime ---- */

static void socket_sink_on_handle_closed(uv_handle_t *handle)
{
	struct socket_sink *sink = handle->data;

	if (--sink->open_handles > 0)
		return;
	unix_socket_close(&sink->socket);
	free(sink);
}

static void socket_close(struct sink *sink)
{
	struct socket_sink *socket_sink = (struct socket_sink *)sink;

	socket_sink->ending = true;
	while (socket_sink->readers)
		reader_drop(socket_sink->readers);
	uv_close((uv_handle_t *)&socket_sink->pause, socket_sink_on_handle_closed);
	if (socket_sink->open_handles > 1)
		uv_close((uv_handle_t *)&socket_sink->arrival, socket_sink_on_handle_closed);
}

static int open_socket(const struct sink_socket_options *options, struct unix_socket *ret_socket,
		       struct error *err)
{
	bool passed = strcmp(options->path, SYSTEMD) == 0;
	int r = unix_socket_inherit(passed ? NULL : options->path, ret_socket);

	if (r == 0)
		return 0;
	if (!passed)
		return unix_socket_open(options->path, options->mode, options->group, ret_socket,
					err);
	error_subject(err, "--socket %s", options->path);
	error_hint(err, "start gohttpsnoop by a .socket unit with ListenStream=, or give a path");
	return error_fail(err, r, "systemd passed no listening Unix socket");
}

/* The other half of the descriptors is for targets and files. */
static size_t most_readers(void)
{
	struct rlimit limit;

	return getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur < 4 ? 1 : limit.rlim_cur / 2;
}

static int socket_sink_open_handles(struct socket_sink *sink)
{
	int r;

	uv_timer_init(sink->options.loop, &sink->pause);
	sink->pause.data = sink->arrival.data = sink;
	sink->open_handles = 1;
	r = uv_poll_init(sink->options.loop, &sink->arrival, sink->socket.descriptor);
	if (r < 0)
		return r;
	sink->open_handles = 2;
	set_listening(sink, true);
	return 0;
}

int sink_create_socket(const struct sink_options *options,
		       const struct sink_socket_options *socket_options, struct sink **ret_sink,
		       struct error *err)
{
	struct socket_sink *sink = calloc(1, sizeof(*sink));
	int r;

	if (!sink)
		return error_fail(err, -ENOMEM, "out of memory");
	sink->sink = (struct sink){
		.wants = socket_wants,
		.write = socket_write,
		.end = socket_end,
		.count = socket_count,
		.close = socket_close,
	};
	sink->options = *options;
	sink->most = most_readers();
	r = open_socket(socket_options, &sink->socket, err);
	if (r < 0) {
		free(sink);
		return r;
	}
	r = socket_sink_open_handles(sink);
	if (r < 0) {
		socket_close(&sink->sink);
		return error_fail(err, r, "the socket cannot be watched: %s", strerror(-r));
	}
	*ret_sink = &sink->sink;
	return 0;
}
