/* SPDX-License-Identifier: MIT */
#include "ring.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

enum {
	POLL_INTERVAL = 5, /* milliseconds */
	POLLS_BEFORE_SLEEP = 4,
	/* Records handed on before the loop gets a turn: signals and ended processes must be seen. */
	RECORDS_A_TURN = 16384,
	/*
	 * For threads that were preempted while they wrote, 2 s in all. One in a container that has used up
	 * its share of a CPU stands still for most of a period of 100 ms, and perhaps for several.
	 */
	WRITING_PAUSE = 200000, /* nanoseconds */
	WRITING_PAUSES = 10000,
};

struct ring {
	struct ring_buffer *buffer;
	uint32_t *asleep;
	struct ring_callbacks callbacks;
	uv_poll_t wakeup;
	uv_timer_t timer;
	int open_handles;
	bool sleeping;	     /* waiting for `wakeup`, not polling by `timer` */
	uint64_t records;    /* handed on so far */
	uint64_t turn_begin; /* `records` when the loop last had its turn */
	uint32_t empty_polls;
};

static int hand_on(void *context, void *data, size_t size)
{
	struct ring *ring = context;

	ring->callbacks.record(ring->callbacks.user, (struct bytes){ data, size });
	return ++ring->records - ring->turn_begin < RECORDS_A_TURN ? 0 : -EAGAIN;
}

/* Whether the loop is to have its turn before the rest is handed on. */
static bool is_interrupted(struct ring *ring)
{
	ring->turn_begin = ring->records;
	return ring_buffer__consume(ring->buffer) == -EAGAIN;
}

/* Whether there were any records, here or in a look that the callbacks took meanwhile. */
static bool look(struct ring *ring)
{
	uint64_t before = ring->records;

	is_interrupted(ring);
	ring->callbacks.batch_end(ring->callbacks.user);
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
 * Announces the sleep, then looks once more: a record that was committed before the kernel side could
 * see the announcement is found here. Whoever takes a record out takes the wakeup's cause away with
 * it, so that polling has to go on then.
 */
static void go_to_sleep(struct ring *ring)
{
	__atomic_exchange_n(ring->asleep, 1, __ATOMIC_SEQ_CST);
	/* A word that is lowered already means a wakeup whose cause may have been taken out above. */
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

static void take_out(struct ring *ring)
{
	while (is_interrupted(ring))
		ring->callbacks.batch_end(ring->callbacks.user);
	ring->callbacks.batch_end(ring->callbacks.user);
}

/* Up to where the kernel side has taken room, and up to where records were taken out. */
static unsigned long taken_up(const struct ring *ring)
{
	return ring__producer_pos(ring_buffer__ring(ring->buffer, 0));
}

static unsigned long taken_out(const struct ring *ring)
{
	return ring__consumer_pos(ring_buffer__ring(ring->buffer, 0));
}

/*
 * A thread that stands still while it writes a record has others wait behind it: what they wrote is
 * waited for, too, as long as that may take.
 */
void ring_drain(struct ring *ring)
{
	const struct timespec pause = { .tv_nsec = WRITING_PAUSE };
	unsigned long end;

	if (ring->sleeping)
		start_polling(ring);
	end = taken_up(ring);
	take_out(ring);
	for (int i = 0; i < WRITING_PAUSES && (long)(end - taken_out(ring)) > 0; i++) {
		nanosleep(&pause, NULL);
		take_out(ring);
	}
}

static int open_handles(struct ring *ring, uv_loop_t *loop)
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

int ring_open(void *loop, int map, uint32_t *asleep, const struct ring_callbacks *callbacks,
	      struct ring **ret_ring, struct error *err)
{
	struct ring *ring = calloc(1, sizeof(*ring));
	int r;

	if (!ring)
		return error_fail(err, -ENOMEM, "out of memory");
	ring->asleep = asleep;
	ring->callbacks = *callbacks;
	ring->buffer = ring_buffer__new(map, hand_on, ring, NULL);
	r = ring->buffer ? open_handles(ring, loop) : -errno;
	if (r < 0) {
		ring_close(ring);
		return error_fail(err, r, "the ring buffer cannot be read: %s", strerror(-r));
	}
	go_to_sleep(ring);
	*ret_ring = ring;
	return 0;
}

static void destroy(struct ring *ring)
{
	ring_buffer__free(ring->buffer);
	free(ring);
}

static void on_closed(uv_handle_t *handle)
{
	struct ring *ring = handle->data;

	if (--ring->open_handles == 0)
		destroy(ring);
}

void ring_close(struct ring *ring)
{
	int handles;

	if (!ring)
		return;
	handles = ring->open_handles;
	if (handles == 0) {
		destroy(ring);
		return;
	}
	ring->wakeup.data = ring;
	uv_close((uv_handle_t *)&ring->wakeup, on_closed);
	if (handles > 1)
		uv_close((uv_handle_t *)&ring->timer, on_closed);
}
