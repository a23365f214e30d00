/* SPDX-License-Identifier: MIT */
/* The reader of the ring buffer on its loop. This test replaces libbpf and the kernel side. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <uv.h>

#include <cmocka.h>

#include "ring.h"

enum {
	MAP = 77,
	LIMIT = 16384, /* records per turn */
};

/* ---- the kernel side ---- */

static struct {
	ring_buffer_sample_fn sample;
	void *context;
	int wakeup; /* an eventfd instead of libbpf's epoll descriptor */
	bool refused, freed;
	size_t waiting; /* records in the buffer */
	unsigned long producer, consumer;
} buffer;

struct ring_buffer *ring_buffer__new(int map, ring_buffer_sample_fn sample, void *context,
				     const struct ring_buffer_opts *opts)
{
	assert_int_equal(map, MAP);
	if (buffer.refused) {
		errno = EPERM;
		return NULL;
	}
	buffer.sample = sample;
	buffer.context = context;
	return (struct ring_buffer *)&buffer;
}

void ring_buffer__free(struct ring_buffer *ring)
{
	buffer.freed = true;
}

int ring_buffer__epoll_fd(const struct ring_buffer *ring)
{
	return buffer.wakeup;
}

/* Like libbpf, also removes a record whose callback fails. */
int ring_buffer__consume(struct ring_buffer *ring)
{
	int count = 0, r;
	char byte = 'x';

	while (buffer.waiting > 0) {
		buffer.waiting--;
		r = buffer.sample(buffer.context, &byte, 1);
		if (r < 0)
			return r;
		count++;
	}
	return count;
}

struct ring *ring_buffer__ring(struct ring_buffer *ring, unsigned int index)
{
	assert_int_equal(index, 0);
	return (struct ring *)&buffer;
}

unsigned long ring__producer_pos(const struct ring *ring)
{
	return buffer.producer;
}

unsigned long ring__consumer_pos(const struct ring *ring)
{
	return buffer.consumer;
}

/* ---- the reader ---- */

static struct {
	uv_loop_t loop;
	struct ring *ring;
	uint32_t asleep;
	size_t records, dues;
	size_t comes_when_asleep; /* records that are written just after the reader announces that it sleeps */
	bool wakes_when_asleep; /* the kernel side sees the announcement in time and wakes the reader */
} stage;

static void on_record(void *user, struct bytes record)
{
	assert_int_equal(record.size, 1);
	assert_int_equal(record.data[0], 'x');
	stage.records++;
}

static void on_due(void *user)
{
	assert_ptr_equal(user, &stage);
	stage.dues++;
	if (stage.asleep) {
		buffer.waiting += stage.comes_when_asleep;
		stage.comes_when_asleep = 0;
		if (stage.wakes_when_asleep)
			stage.asleep = 0;
		stage.wakes_when_asleep = false;
	}
	if (stage.ring)
		ring_read(stage.ring);
}

static int try_open(struct error *err)
{
	const struct ring_callbacks callbacks = { on_record, on_due, &stage };

	return ring_open(&stage.loop, MAP, &stage.asleep, &callbacks, &stage.ring, err);
}

static int set_up(void **state)
{
	memset(&stage, 0, sizeof(stage));
	memset(&buffer, 0, sizeof(buffer));
	buffer.wakeup = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	assert_true(buffer.wakeup >= 0);
	return uv_loop_init(&stage.loop);
}

/* The loop cannot be closed while a handle is open. */
static int tear_down(void **state)
{
	ring_close(stage.ring);
	uv_run(&stage.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&stage.loop), 0);
	assert_true(buffer.freed || buffer.refused || !stage.ring);
	return close(buffer.wakeup);
}

/* Runs the loop until the reader announces that it sleeps and waits; returns how often it looked. */
static size_t run_until_asleep(void)
{
	size_t before = stage.dues;

	do
		uv_run(&stage.loop, UV_RUN_ONCE);
	while (!stage.asleep);
	return stage.dues - before;
}

/* Does what the kernel side does for a sleeping reader. */
static void write_and_wake(size_t records)
{
	uint64_t one = 1;

	buffer.waiting += records;
	assert_int_equal(write(buffer.wakeup, &one, sizeof(one)), sizeof(one));
}

static void take_wakeup(void)
{
	uint64_t number;

	assert_int_equal(read(buffer.wakeup, &number, sizeof(number)), sizeof(number));
}

/* ---- polling and sleeping ---- */

static void it_polls_four_times_before_it_sleeps(void **state)
{
	assert_int_equal(try_open(NULL), 0);
	assert_int_equal(stage.asleep, 0);
	/* The fifth look comes after the announcement. */
	assert_int_equal(run_until_asleep(), 5);
	/* From now on it looks only after a wakeup. */
	uv_run(&stage.loop, UV_RUN_NOWAIT);
	usleep(20000);
	uv_run(&stage.loop, UV_RUN_NOWAIT);
	assert_int_equal(stage.dues, 5);
}

static void records_keep_it_awake(void **state)
{
	assert_int_equal(try_open(NULL), 0);
	while (stage.dues < 3)
		uv_run(&stage.loop, UV_RUN_ONCE);
	buffer.waiting = 2;
	while (stage.records < 2)
		uv_run(&stage.loop, UV_RUN_ONCE);
	/* Again four empty looks, and the look after the announcement. */
	assert_int_equal(run_until_asleep(), 5);
	assert_int_equal(stage.dues, 9);
}

static void a_wakeup_is_answered_at_once_and_polling_begins_again(void **state)
{
	assert_int_equal(try_open(NULL), 0);
	run_until_asleep();
	write_and_wake(1);
	uv_run(&stage.loop, UV_RUN_ONCE);
	assert_int_equal(stage.records, 1);
	assert_int_equal(stage.asleep, 0);
	/* The descriptor stays readable, because the reader does not look at it while it polls. */
	assert_int_equal(run_until_asleep(), 5);
	take_wakeup();
}

/* If a record is written before the kernel side sees the announcement, there is no wakeup. */
static void a_record_that_comes_as_it_falls_asleep_is_found(void **state)
{
	assert_int_equal(try_open(NULL), 0);
	stage.comes_when_asleep = 1;
	while (stage.records == 0)
		uv_run(&stage.loop, UV_RUN_ONCE);
	assert_int_equal(stage.dues, 5);
	assert_int_equal(stage.asleep, 0);
	assert_int_equal(run_until_asleep(), 5);
}

/* The waker clears the word, even if the record was already read. */
static void a_wakeup_that_comes_as_it_falls_asleep_has_it_poll(void **state)
{
	assert_int_equal(try_open(NULL), 0);
	stage.wakes_when_asleep = true;
	while (stage.dues < 5)
		uv_run(&stage.loop, UV_RUN_ONCE);
	assert_int_equal(stage.asleep, 0);
	assert_int_equal(run_until_asleep(), 5);
}

/* Reading while the reader sleeps removes the record for which it would be woken. */
static void reading_wakes_it(void **state)
{
	assert_int_equal(try_open(NULL), 0);
	run_until_asleep();
	buffer.waiting = 1;
	assert_false(ring_read(stage.ring));
	assert_int_equal(stage.records, 1);
	assert_int_equal(stage.asleep, 0);
	assert_int_equal(run_until_asleep(), 5);
}

/* ---- turns ---- */

static void a_turn_is_bounded(void **state)
{
	assert_int_equal(try_open(NULL), 0);
	buffer.waiting = LIMIT - 1;
	assert_false(ring_read(stage.ring));
	buffer.waiting = LIMIT + 1;
	assert_true(ring_read(stage.ring));
	assert_int_equal(stage.records, 2 * LIMIT - 1);
	assert_int_equal(buffer.waiting, 1);
	assert_false(ring_read(stage.ring));
	assert_int_equal(stage.records, 2 * LIMIT);
}

static void it_knows_up_to_where_it_has_read(void **state)
{
	assert_int_equal(try_open(NULL), 0);
	buffer.producer = 4096;
	buffer.consumer = 4000;
	assert_int_equal(ring_written(stage.ring), 4096);
	assert_false(ring_has_read(stage.ring, 4096));
	assert_false(ring_has_read(stage.ring, 4001));
	assert_true(ring_has_read(stage.ring, 4000));
	assert_true(ring_has_read(stage.ring, 3999));
}

/* ---- opening ---- */

static void a_buffer_that_cannot_be_read_is_refused(void **state)
{
	struct error err = { 0 };

	buffer.refused = true;
	assert_int_equal(try_open(&err), -EPERM);
	assert_string_equal(err.what, "the ring buffer cannot be read: Operation not permitted");
	assert_null(stage.ring);
}

static void a_descriptor_that_cannot_be_watched_is_refused(void **state)
{
	struct error err = { 0 };
	int usual = buffer.wakeup;

	buffer.wakeup = -1;
	assert_true(try_open(&err) < 0);
	assert_non_null(strstr(err.what, "the ring buffer cannot be read: "));
	assert_true(buffer.freed);
	assert_null(stage.ring);
	buffer.wakeup = usual;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_polls_four_times_before_it_sleeps),
		TEST(records_keep_it_awake),
		TEST(a_wakeup_is_answered_at_once_and_polling_begins_again),
		TEST(a_record_that_comes_as_it_falls_asleep_is_found),
		TEST(a_wakeup_that_comes_as_it_falls_asleep_has_it_poll),
		TEST(reading_wakes_it),
		TEST(a_turn_is_bounded),
		TEST(it_knows_up_to_where_it_has_read),
		TEST(a_buffer_that_cannot_be_read_is_refused),
		TEST(a_descriptor_that_cannot_be_watched_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
