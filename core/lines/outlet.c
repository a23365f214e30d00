/* SPDX-License-Identifier: MIT */
#include "outlet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uv.h>

#include "outbox.h"

struct outlet {
	struct outbox outbox;
	void (*failed)(void *user, int error);
	void *user;
	int descriptor; /* closed by the outlet, or -1 */
	int epoll;	/* watches a descriptor that is shared with other processes, or -1 */
	bool is_socket;
	bool polled; /* `room` is an open handle */
	uv_poll_t room;
	int idle_events, waiting_events; /* what `room` waits for, without and with queued lines */
	int events;			 /* what it waits for now */
};

static void on_room(uv_poll_t *room, int status, int events);

/* Waits for room only while lines are queued. */
static void outlet_watch(struct outlet *outlet)
{
	int events = outlet->outbox.waiting ? outlet->waiting_events : outlet->idle_events;

	if (events == outlet->events)
		return;
	outlet->events = events;
	if (events)
		uv_poll_start(&outlet->room, events, on_room);
	else
		uv_poll_stop(&outlet->room);
}

static void fail(struct outlet *outlet, int error)
{
	/* The failure is permanent, and would be reported again and again. */
	outlet->idle_events = outlet->waiting_events = 0;
	outlet_watch(outlet);
	outlet->failed(outlet->user, error);
}

/*
 * UV_PRIORITIZED alone means that the peer has closed: such sockets have no priority data, but libuv watches for
 * hang-ups only together with another event. Incoming data is not watched for: what readers send is not read, and a
 * reader that closes only its own direction still gets lines.
 */
static void on_room(uv_poll_t *room, int status, int events)
{
	struct outlet *outlet = room->data;
	bool gone = status < 0 || events == UV_PRIORITIZED;
	int r = outbox_write(&outlet->outbox);

	if (r < 0 || gone)
		fail(outlet, r < 0 ? r : -EPIPE);
	else
		outlet_watch(outlet);
}

/* ---- opening ---- */

static int poll_descriptor(struct outlet *outlet, uv_loop_t *loop, int descriptor, int idle,
			   int waiting)
{
	int r = uv_poll_init(loop, &outlet->room, descriptor);

	if (r < 0)
		return r;
	outlet->room.data = outlet;
	outlet->polled = true;
	outlet->idle_events = idle;
	outlet->waiting_events = waiting;
	outlet_watch(outlet);
	return 0;
}

/*
 * uv_poll_init() makes a descriptor non-blocking, also for other processes that share it. So libuv watches an
 * epoll descriptor instead, which watches the shared one.
 */
static int poll_shared(struct outlet *outlet, uv_loop_t *loop, int descriptor)
{
	struct epoll_event event = { .events = EPOLLOUT };

	outlet->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (outlet->epoll < 0 || epoll_ctl(outlet->epoll, EPOLL_CTL_ADD, descriptor, &event) < 0)
		return -errno;
	return poll_descriptor(outlet, loop, outlet->epoll, 0, UV_READABLE);
}

static struct outlet *outlet_allocate(const struct outlet_options *options, int descriptor,
				      enum outbox_way way)
{
	struct outlet *outlet = calloc(1, sizeof(*outlet));
	struct outbox_options outbox = {
		.descriptor = descriptor,
		.way = way,
		.limit = options->limit,
		.lost_format = options->lost_format,
		.where = "reader",
	};

	if (!outlet)
		return NULL;
	outbox_init(&outlet->outbox, &outbox);
	outlet->failed = options->failed;
	outlet->user = options->user;
	outlet->descriptor = outlet->epoll = -1;
	return outlet;
}

static int finish_opening(struct outlet *outlet, int r, struct outlet **ret_outlet)
{
	if (r < 0)
		outlet_close(outlet);
	else
		*ret_outlet = outlet;
	return r;
}

static int open_own(const struct outlet_options *options, int descriptor, bool is_socket,
		    struct outlet **ret_outlet)
{
	struct outlet *outlet =
		outlet_allocate(options, descriptor, is_socket ? OUTBOX_SEND : OUTBOX_WRITE);
	int r;

	if (!outlet) {
		close(descriptor);
		return -ENOMEM;
	}
	outlet->descriptor = descriptor;
	outlet->is_socket = is_socket;
	r = poll_descriptor(outlet, options->loop, descriptor, is_socket ? UV_PRIORITIZED : 0,
			    UV_WRITABLE | (is_socket ? UV_PRIORITIZED : 0));
	return finish_opening(outlet, r, ret_outlet);
}

int outlet_open_socket(const struct outlet_options *options, int descriptor,
		       struct outlet **ret_outlet)
{
	return open_own(options, descriptor, true, ret_outlet);
}

int outlet_open_pipe(const struct outlet_options *options, int descriptor,
		     struct outlet **ret_outlet)
{
	return open_own(options, descriptor, false, ret_outlet);
}

/* Opens the same pipe or terminal as a file description of our own, whose flags are not shared. */
static int descriptor_reopen(int descriptor)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", descriptor);
	return open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static int open_shared(const struct outlet_options *options, int descriptor, enum outbox_way way,
		       struct outlet **ret_outlet)
{
	struct outlet *outlet = outlet_allocate(options, descriptor, way);
	int r = 0;

	if (!outlet)
		return -ENOMEM;
	if (way != OUTBOX_WRITE) /* writing to a file never blocks */
		r = poll_shared(outlet, options->loop, descriptor);
	return finish_opening(outlet, r, ret_outlet);
}

int outlet_open_shared(const struct outlet_options *options, int descriptor,
		       struct outlet **ret_outlet)
{
	struct stat status;
	int own;

	if (fstat(descriptor, &status) < 0)
		return -errno;
	if (S_ISSOCK(status.st_mode))
		return open_shared(options, descriptor, OUTBOX_SEND, ret_outlet);
	/* Files, and devices like /dev/null, always accept data. */
	if (!S_ISFIFO(status.st_mode) && !isatty(descriptor))
		return open_shared(options, descriptor, OUTBOX_WRITE, ret_outlet);
	own = descriptor_reopen(descriptor);
	if (own >= 0)
		return outlet_open_pipe(options, own, ret_outlet);
	/* The pipe or terminal belongs to another user (sudo -u), or there is no /proc. */
	return open_shared(options, descriptor, OUTBOX_CAREFUL, ret_outlet);
}

/* ---- closing ---- */

/* If received data was not read, closing resets the connection, and the peer may lose the last lines. */
static void discard_received(int socket)
{
	char buffer[4096];

	for (int i = 0; i < 64; i++) {
		if (recv(socket, buffer, sizeof(buffer), MSG_DONTWAIT) <= 0)
			return;
	}
}

static void outlet_free(struct outlet *outlet)
{
	outbox_finish(&outlet->outbox);
	if (outlet->is_socket)
		discard_received(outlet->descriptor);
	if (outlet->descriptor >= 0)
		close(outlet->descriptor);
	if (outlet->epoll >= 0)
		close(outlet->epoll);
	free(outlet);
}

static void outlet_on_handle_closed(uv_handle_t *handle)
{
	outlet_free(handle->data);
}

void outlet_close(struct outlet *outlet)
{
	if (!outlet)
		return;
	if (outlet->polled)
		uv_close((uv_handle_t *)&outlet->room, outlet_on_handle_closed);
	else
		outlet_free(outlet);
}

/* ---- lines ---- */

int outlet_put(struct outlet *outlet, struct batch *batch)
{
	int r = outbox_put(&outlet->outbox, batch);

	if (r == 0)
		outlet_watch(outlet);
	return r;
}

size_t outlet_end(struct outlet *outlet)
{
	return outbox_end(&outlet->outbox) < 0 ? 0 : outlet->outbox.waiting;
}

uint64_t outlet_lost_so_far(const struct outlet *outlet)
{
	return outlet->outbox.lost_total;
}

uint64_t outlet_lost(const struct outlet *outlet)
{
	return outbox_lost(&outlet->outbox);
}
