/* SPDX-License-Identifier: MIT */
#include "ring.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum {
	POLL_INTERVAL = 5, /* milliseconds */
	POLLS_BEFORE_SLEEP = 4,
	/* Records that are read before the loop continues, so that signals and ends of processes are noticed. */
	RECORDS_A_TURN = 16384,
};

struct ring {
	struct ring_buffer *buffer;
	uint32_t *asleep;
	struct ring_callbacks callbacks;
	uv_poll_t wakeup;
	uv_timer_t timer;
	int open_handles;
	bool sleeping;	     /* waiting for `wakeup`, not polling by `timer` */
	uint64_t records;    /* number of records passed on so far */
	uint64_t turn_begin; /* `records` when the loop continued last */
	uint32_t empty_polls;
};

static int hand_on(void *context, void *data, size_t size)
{
	struct ring *ring = context;

	ring->callbacks.record(ring->callbacks.user, (struct bytes){ data, size });
	return ++ring->records - ring->turn_begin < RECORDS_A_TURN ? 0 : -EAGAIN;
}

/* Returns whether there were records. */
static bool look(struct ring *ring)
{
	uint64_t before = ring->records;

	ring->callbacks.due(ring->callbacks.user);
	return ring->records != before;
}

static void on_timer(uv_timer_t *timer);
static void on_wakeup(uv_poll_t *wakeup, int status, int events);

static void start_polling(struct ring *ring)
{
	__atomic_store_n(ring->asleep, 0, __ATOMIC_SEQ_CST);
	ring->sleeping = false;
	ring->empty_polls = 0;
	uv_poll_stop(&ring->wakeup);
	uv_timer_start(&ring->timer, on_timer, POLL_INTERVAL, POLL_INTERVAL);
}

/*
 * Announces the sleep, then reads once more, because a record may have been committed before the eBPF side could see
 * the announcement. Reading a record removes the reason for a wakeup, so that polling must continue then.
 */
static void go_to_sleep(struct ring *ring)
{
	__atomic_exchange_n(ring->asleep, 1, __ATOMIC_SEQ_CST);
	/* If the word is already cleared, a wakeup follows, but its record may have been read above. */
	if (look(ring) || __atomic_load_n(ring->asleep, __ATOMIC_SEQ_CST) != 1) {
		start_polling(ring);
		return;
	}
	ring->sleeping = true;
	uv_timer_stop(&ring->timer);
	uv_poll_start(&ring->wakeup, UV_READABLE, on_wakeup);
}

static void on_timer(uv_timer_t *timer)
{
	struct ring *ring = timer->data;

	if (look(ring))
		ring->empty_polls = 0;
	else if (++ring->empty_polls >= POLLS_BEFORE_SLEEP)
		go_to_sleep(ring);
}

static void on_wakeup(uv_poll_t *wakeup, int status, int events)
{
	struct ring *ring = wakeup->data;

	start_polling(ring);
	look(ring);
}

/* Reading a record while the reader sleeps removes the reason for the wakeup, so the reader must not sleep on. */
bool ring_read(struct ring *ring)
{
	if (ring->sleeping)
		start_polling(ring);
	ring->turn_begin = ring->records;
	return ring_buffer__consume(ring->buffer) == -EAGAIN;
}

uint64_t ring_written(const struct ring *ring)
{
	return ring__producer_pos(ring_buffer__ring(ring->buffer, 0));
}

/* A thread that is stopped while it writes a record delays the records behind it. */
bool ring_has_read(const struct ring *ring, uint64_t position)
{
	uint64_t read = ring__consumer_pos(ring_buffer__ring(ring->buffer, 0));

	return (int64_t)(position - read) <= 0;
}

static int ring_open_handles(struct ring *ring, uv_loop_t *loop)
{
	int r = uv_poll_init(loop, &ring->wakeup, ring_buffer__epoll_fd(ring->buffer));

	if (r < 0)
		return r;
	ring->open_handles++;
	r = uv_timer_init(loop, &ring->timer);
	if (r < 0)
		return r;
	ring->open_handles++;
	ring->wakeup.data = ring;
	ring->timer.data = ring;
	return 0;
}

int ring_open(struct uv_loop_s *loop, int map, uint32_t *asleep,
	      const struct ring_callbacks *callbacks, struct ring **ret_ring, struct error *err)
{
	struct ring *ring = calloc(1, sizeof(*ring));
	int r;

	if (!ring)
		return error_fail(err, -ENOMEM, "out of memory");
	ring->asleep = asleep;
	ring->callbacks = *callbacks;
	ring->buffer = ring_buffer__new(map, hand_on, ring, NULL);
	r = ring->buffer ? ring_open_handles(ring, loop) : -errno;
	if (r < 0) {
		ring_close(ring);
		return error_fail(err, r, "the ring buffer cannot be read: %s", strerror(-r));
	}
	start_polling(ring);
	*ret_ring = ring;
	return 0;
}

static void ring_free(struct ring *ring)
{
	ring_buffer__free(ring->buffer);
	free(ring);
}

static void ring_on_handle_closed(uv_handle_t *handle)
{
	struct ring *ring = handle->data;

	if (--ring->open_handles == 0)
		ring_free(ring);
}

void ring_close(struct ring *ring)
{
	int handles;

	if (!ring)
		return;
	handles = ring->open_handles;
	if (handles == 0) {
		ring_free(ring);
		return;
	}
	ring->wakeup.data = ring;
	uv_close((uv_handle_t *)&ring->wakeup, ring_on_handle_closed);
	if (handles > 1)
		uv_close((uv_handle_t *)&ring->timer, ring_on_handle_closed);
}
