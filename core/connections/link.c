/* SPDX-License-Identifier: MIT */
#include "link.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "clock.h"

enum {
	LEAVE_INTERVAL = 20,	 /* milliseconds */
	KEEPALIVE_IDLE = 30,	 /* seconds */
	KEEPALIVE_INTERVAL = 10, /* seconds */
	KEEPALIVE_COUNT = 3,
	MOST_UNANSWERED = 120000, /* milliseconds without an acknowledgement */
	READS_A_TURN = 64,
};

#define LEAVE_PATIENCE INT64_C(2000000000) /* nanoseconds */

struct link {
	struct link_options options;
	int descriptor;
	int events;
	bool leaving;
	int64_t leave_until; /* monotonic */
	uv_poll_t ready;
	uv_timer_t leave;
	int open_handles;
};

static void link_on_ready(uv_poll_t *ready, int status, int events);

void link_watch(struct link *link, bool queued)
{
	int events = UV_READABLE | (queued ? UV_WRITABLE : 0);

	if (link->leaving || events == link->events)
		return;
	link->events = events;
	uv_poll_start(&link->ready, events, link_on_ready);
}

/* ---- the end of a connection ---- */

/* The end of our own direction counts as one byte. */
size_t link_unacknowledged(const struct link *link)
{
	int bytes = 0;

	if (!link->options.is_tcp || ioctl(link->descriptor, SIOCOUTQ, &bytes) < 0)
		return 0;
	if (link->leaving)
		bytes--;
	return bytes > 0 ? (size_t)bytes : 0;
}

static void link_end(struct link *link, int error)
{
	uv_timer_stop(&link->leave);
	uv_poll_stop(&link->ready);
	link->options.end(link->options.user, error, link_unacknowledged(link));
}

/* The connection ends when all has arrived, and in any case after some time. */
static void check_left(struct link *link)
{
	int error = 0;
	socklen_t size = sizeof(error);

	getsockopt(link->descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
	if (error || link_unacknowledged(link) == 0 || clock_monotonic() >= link->leave_until)
		link_end(link, 0);
}

static void on_leave(uv_timer_t *leave)
{
	check_left(leave->data);
}

static void link_leave(struct link *link)
{
	link->options.leave(link->options.user);
	uv_poll_stop(&link->ready);
	shutdown(link->descriptor, SHUT_WR);
	link->leaving = true;
	link->leave_until = clock_monotonic() + LEAVE_PATIENCE;
	uv_timer_start(&link->leave, on_leave, 0, LEAVE_INTERVAL);
}

/* Returns 0 while the connection holds, -EPIPE after the listener's end, or an error. */
static int read_and_discard(int descriptor)
{
	char buffer[4096];

	for (int i = 0; i < READS_A_TURN; i++) {
		ssize_t size = recv(descriptor, buffer, sizeof(buffer), MSG_DONTWAIT);

		if (size == 0)
			return -EPIPE;
		if (size < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	}
	return 0;
}

/* Returns whether the connection still holds. */
static bool check_listener(struct link *link)
{
	int r = read_and_discard(link->descriptor);

	if (r == -EPIPE)
		link_leave(link);
	else if (r < 0)
		link_end(link, r);
	return r == 0;
}

static void link_on_ready(uv_poll_t *ready, int status, int events)
{
	struct link *link = ready->data;

	if (!check_listener(link))
		return;
	/* libuv no longer watches the descriptor then. */
	if (status < 0)
		link_end(link, -EPIPE);
	else if (events & UV_WRITABLE)
		link->options.room(link->options.user);
}

void link_advance(struct link *link)
{
	if (link->leaving)
		check_left(link);
	else
		check_listener(link);
}

/* ---- lifetime ---- */

/* A listener that vanishes without a word is noticed. A failure changes only how soon. */
static void set_tcp_options(int descriptor)
{
	const struct {
		int level, name, value;
	} options[] = {
		{ SOL_SOCKET, SO_KEEPALIVE, 1 },
		{ IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE },
		{ IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_INTERVAL },
		{ IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT },
		{ IPPROTO_TCP, TCP_USER_TIMEOUT, MOST_UNANSWERED },
		{ IPPROTO_TCP, TCP_NODELAY, 1 },
	};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		setsockopt(descriptor, options[i].level, options[i].name, &options[i].value,
			   sizeof(options[i].value));
}

int link_open(const struct link_options *options, int descriptor, struct link **ret_link)
{
	struct link *link = calloc(1, sizeof(*link));
	int r;

	if (!link) {
		close(descriptor);
		return -ENOMEM;
	}
	r = uv_poll_init(options->loop, &link->ready, descriptor);
	if (r < 0) {
		close(descriptor);
		free(link);
		return r;
	}
	uv_timer_init(options->loop, &link->leave);
	link->ready.data = link->leave.data = link;
	link->options = *options;
	link->descriptor = descriptor;
	link->open_handles = 2;
	if (options->is_tcp)
		set_tcp_options(descriptor);
	link_watch(link, false);
	*ret_link = link;
	return 0;
}

static void link_on_closed(uv_handle_t *handle)
{
	struct link *link = handle->data;

	if (--link->open_handles > 0)
		return;
	close(link->descriptor);
	free(link);
}

void link_close(struct link *link)
{
	if (!link)
		return;
	/* If received data was not read, closing would reset the connection, and the listener lose the last lines. */
	read_and_discard(link->descriptor);
	uv_close((uv_handle_t *)&link->ready, link_on_closed);
	uv_close((uv_handle_t *)&link->leave, link_on_closed);
}
