/* SPDX-License-Identifier: MIT */
#include "dialer.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "name_lookup.h"

enum { ANSWER_LIMIT = 5000 }; /* milliseconds, for one address */

struct dialer {
	struct dialer_options options;
	bool busy;
	struct name_lookup *lookup; /* while the name is resolved */
	struct socket_addresses addresses;
	size_t next;	   /* address to try */
	int descriptor;	   /* of the address that is being tried, or -1 */
	struct wait *wait; /* for the lookup or the connection, or NULL */
	struct error why;  /* the last address failed */
	uv_timer_t limit;
};

/* A handle on a descriptor, which it does not own. */
struct wait {
	uv_poll_t poll;
	struct dialer *dialer; /* NULL: it was ended */
};

static void dialer_step(struct dialer *dialer);

/* ---- waiting ---- */

static void wait_on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void wait_on_ready(uv_poll_t *poll, int status, int events)
{
	struct wait *wait = poll->data;

	if (wait->dialer)
		dialer_step(wait->dialer);
}

static int wait_begin(struct dialer *dialer, int descriptor, int events)
{
	struct wait *wait = calloc(1, sizeof(*wait));
	int r;

	if (!wait)
		return -ENOMEM;
	r = uv_poll_init(dialer->options.loop, &wait->poll, descriptor);
	if (r < 0) {
		free(wait);
		return r;
	}
	wait->dialer = dialer;
	wait->poll.data = wait;
	dialer->wait = wait;
	return uv_poll_start(&wait->poll, events, wait_on_ready);
}

static void wait_end(struct dialer *dialer)
{
	if (!dialer->wait)
		return;
	dialer->wait->dialer = NULL;
	uv_close((uv_handle_t *)&dialer->wait->poll, wait_on_closed);
	dialer->wait = NULL;
}

/* ---- one try ---- */

/* Ends what is going on, and leaves the result to the caller. */
static void dialer_rest(struct dialer *dialer)
{
	wait_end(dialer);
	uv_timer_stop(&dialer->limit);
	name_lookup_destroy(dialer->lookup);
	dialer->lookup = NULL;
	dialer->busy = false;
}

static void dialer_fail(struct dialer *dialer)
{
	dialer_rest(dialer);
	dialer->options.failed(dialer->options.user, &dialer->why);
}

static void dialer_succeed(struct dialer *dialer)
{
	int descriptor = dialer->descriptor;

	dialer->descriptor = -1;
	dialer_rest(dialer);
	dialer->options.connected(dialer->options.user, descriptor);
}

static void note_failure(struct dialer *dialer, int code)
{
	dialer->why = (struct error){ 0 };
	error_fail(&dialer->why, code, "cannot be connected: %s", strerror(-code));
	if (code == -EACCES && dialer->options.endpoint->kind == ENDPOINT_UNIX)
		error_hint(
			&dialer->why,
			"permit the user of gohttpsnoop to write to the socket and to search its folders");
}

static void drop_address(struct dialer *dialer, int code)
{
	note_failure(dialer, code);
	wait_end(dialer);
	close(dialer->descriptor);
	dialer->descriptor = -1;
}

static void on_limit(uv_timer_t *limit)
{
	struct dialer *dialer = limit->data;

	drop_address(dialer, -ETIMEDOUT);
	dialer_step(dialer);
}

/* Returns 0 if the address is connected, -EINPROGRESS if it may be later; another error was noted. */
static int try_address(struct dialer *dialer, const struct socket_address *address)
{
	int descriptor =
		socket(address->address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int r = 0;

	if (descriptor < 0) {
		note_failure(dialer, -errno);
		return -errno;
	}
	dialer->descriptor = descriptor;
	if (connect(descriptor, (const struct sockaddr *)&address->address, address->size) < 0)
		r = -errno;
	if (r == -EINPROGRESS) {
		r = wait_begin(dialer, descriptor, UV_WRITABLE);
		uv_timer_start(&dialer->limit, on_limit, ANSWER_LIMIT, 0);
		r = r < 0 ? r : -EINPROGRESS;
	}
	if (r < 0 && r != -EINPROGRESS)
		drop_address(dialer, r);
	return r;
}

static void try_next(struct dialer *dialer)
{
	int r = -1;

	while (r < 0 && dialer->next < dialer->addresses.count) {
		r = try_address(dialer, &dialer->addresses.items[dialer->next++]);
		if (r == -EINPROGRESS)
			return;
	}
	if (r == 0)
		dialer_succeed(dialer);
	else
		dialer_fail(dialer);
}

static void take_lookup(struct dialer *dialer)
{
	int r;

	dialer->why = (struct error){ 0 };
	wait_end(dialer);
	r = name_lookup_result(dialer->lookup, &dialer->addresses, &dialer->why);
	name_lookup_destroy(dialer->lookup);
	dialer->lookup = NULL;
	if (r < 0)
		dialer_fail(dialer);
	else
		try_next(dialer);
}

static void take_answer(struct dialer *dialer)
{
	int error = 0;
	socklen_t size = sizeof(error);

	uv_timer_stop(&dialer->limit);
	if (getsockopt(dialer->descriptor, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		error = errno;
	if (error) {
		drop_address(dialer, -error);
		try_next(dialer);
	} else {
		dialer_succeed(dialer);
	}
}

/* Continues when what was waited for is there. */
static void dialer_step(struct dialer *dialer)
{
	if (dialer->lookup)
		take_lookup(dialer);
	else if (dialer->descriptor >= 0)
		take_answer(dialer);
	else
		try_next(dialer);
}

/* ---- public functions ---- */

int dialer_create(const struct dialer_options *options, struct dialer **ret_dialer)
{
	struct dialer *dialer = calloc(1, sizeof(*dialer));

	if (!dialer)
		return -ENOMEM;
	dialer->options = *options;
	dialer->descriptor = -1;
	uv_timer_init(options->loop, &dialer->limit);
	dialer->limit.data = dialer;
	*ret_dialer = dialer;
	return 0;
}

bool dialer_is_busy(const struct dialer *dialer)
{
	return dialer->busy;
}

void dialer_start(struct dialer *dialer)
{
	int r;

	dialer->busy = true;
	dialer->next = 0;
	dialer->why = (struct error){ 0 };
	if (socket_addresses_known(dialer->options.endpoint, &dialer->addresses)) {
		try_next(dialer);
		return;
	}
	r = name_lookup_start(dialer->options.endpoint, &dialer->lookup, &dialer->why);
	if (r == 0) {
		r = wait_begin(dialer, name_lookup_descriptor(dialer->lookup), UV_READABLE);
		if (r < 0)
			note_failure(dialer, r);
	}
	if (r < 0)
		dialer_fail(dialer);
}

void dialer_advance(struct dialer *dialer)
{
	struct pollfd ready = { .fd = dialer->descriptor, .events = POLLOUT };

	if (dialer->lookup)
		ready = (struct pollfd){ .fd = name_lookup_descriptor(dialer->lookup),
					 .events = POLLIN };
	if (dialer->busy && poll(&ready, 1, 0) > 0)
		dialer_step(dialer);
}

static void dialer_on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void dialer_destroy(struct dialer *dialer)
{
	if (!dialer)
		return;
	dialer_rest(dialer);
	if (dialer->descriptor >= 0)
		close(dialer->descriptor);
	uv_close((uv_handle_t *)&dialer->limit, dialer_on_closed);
}
