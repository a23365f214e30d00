/* SPDX-License-Identifier: MIT */
#include "outbox.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "clock.h"

enum {
	PARTS = 64, /* chunks for one write */
	/* Bytes above the limit, for lines that report no request and no call. */
	RESERVE = 64 * 1024,
};

void outbox_init(struct outbox *outbox, const struct outbox_options *options)
{
	*outbox = (struct outbox){ .options = *options };
}

void outbox_finish(struct outbox *outbox)
{
	outbox_acknowledge(outbox, 0);
	for (size_t i = 0; i < outbox->count; i++)
		chunk_release(outbox->chunks[(outbox->first + i) & (outbox->capacity - 1)]);
	free(outbox->chunks);
	*outbox = (struct outbox){ 0 };
}

static struct chunk *chunk_at(const struct outbox *outbox, size_t index)
{
	return outbox->chunks[(outbox->first + index) & (outbox->capacity - 1)];
}

/* The oldest chunk that is kept. */
static struct chunk *oldest_kept(const struct outbox *outbox)
{
	return outbox->chunks[(outbox->first - outbox->kept) & (outbox->capacity - 1)];
}

/* ---- writing ---- */

/* If poll() reports room in a pipe or terminal, PIPE_BUF bytes can be written without blocking. */
static ssize_t write_carefully(int descriptor, const struct iovec *part)
{
	struct pollfd room = { .fd = descriptor, .events = POLLOUT };

	if (poll(&room, 1, 0) <= 0) {
		errno = EAGAIN;
		return -1;
	}
	return write(descriptor, part->iov_base,
		     part->iov_len < PIPE_BUF ? part->iov_len : PIPE_BUF);
}

static ssize_t write_some(const struct outbox *outbox, struct iovec *parts, int count)
{
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = count };

	if (outbox->options.descriptor < 0) {
		errno = EAGAIN;
		return -1;
	}
	switch (outbox->options.way) {
	case OUTBOX_SEND:
		return sendmsg(outbox->options.descriptor, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
	case OUTBOX_CAREFUL:
		return write_carefully(outbox->options.descriptor, parts);
	default:
		return writev(outbox->options.descriptor, parts, count);
	}
}

/* Returns 0 and the number of written bytes, which is 0 if there is no room; or an error. */
static int write_parts(const struct outbox *outbox, struct iovec *parts, int count,
		       size_t *ret_written)
{
	ssize_t written;

	do
		written = write_some(outbox, parts, count);
	while (written < 0 && errno == EINTR);
	if (written < 0 && errno != EAGAIN)
		return -errno;
	*ret_written = written < 0 ? 0 : written;
	return 0;
}

static int gather(const struct outbox *outbox, struct iovec *parts)
{
	int count = 0;

	while (count < PARTS && (size_t)count < outbox->count) {
		struct chunk *chunk = chunk_at(outbox, count);

		parts[count++] = (struct iovec){ chunk->data, chunk->size };
	}
	parts[0].iov_base = (uint8_t *)parts[0].iov_base + outbox->written;
	parts[0].iov_len -= outbox->written;
	return count;
}

static void take_off_first(struct outbox *outbox)
{
	struct chunk *chunk = chunk_at(outbox, 0);

	outbox->first = (outbox->first + 1) & (outbox->capacity - 1);
	outbox->count--;
	if (outbox->options.resends) {
		outbox->kept++;
		outbox->kept_size += chunk->size;
	} else {
		if (chunk == outbox->greeting)
			outbox->greeting = NULL;
		chunk_release(chunk);
	}
}

static void take_off(struct outbox *outbox, size_t written)
{
	outbox->waiting -= written;
	written += outbox->written;
	while (outbox->count > 0 && written >= chunk_at(outbox, 0)->size) {
		written -= chunk_at(outbox, 0)->size;
		take_off_first(outbox);
	}
	outbox->written = written;
}

static int outbox_write_waiting(struct outbox *outbox)
{
	struct iovec parts[PARTS];
	size_t written;
	int r;

	while (outbox->count > 0) {
		r = write_parts(outbox, parts, gather(outbox, parts), &written);
		if (r < 0 || written == 0)
			return r;
		take_off(outbox, written);
	}
	return 0;
}

/* ---- queueing ---- */

static bool outbox_grow(struct outbox *outbox)
{
	size_t capacity = outbox->capacity ? outbox->capacity * 2 : 16;
	struct chunk **chunks = malloc(capacity * sizeof(struct chunk *));

	if (!chunks)
		return false;
	for (size_t i = 0; i < outbox->kept + outbox->count; i++)
		chunks[i] = chunk_at(outbox, i - outbox->kept);
	free(outbox->chunks);
	outbox->chunks = chunks;
	outbox->first = outbox->kept;
	outbox->capacity = capacity;
	return true;
}

/* Returns whether the ring has a place for another chunk. */
static bool has_place(struct outbox *outbox)
{
	return outbox->kept + outbox->count < outbox->capacity || outbox_grow(outbox);
}

/*
 * Queues the chunk, and takes ownership of the reference. If `written` bytes of it are already written, it is
 * the first chunk.
 */
static int outbox_keep(struct outbox *outbox, struct chunk *chunk, size_t written)
{
	if (!chunk || !has_place(outbox)) {
		chunk_release(chunk);
		return -ENOMEM;
	}
	outbox->chunks[(outbox->first + outbox->count++) & (outbox->capacity - 1)] = chunk;
	outbox->waiting += chunk->size - written;
	if (written)
		outbox->written = written;
	return 0;
}

/* ---- losing ---- */

static bool has_room(const struct outbox *outbox, const struct batch *batch)
{
	if (batch->events == 0)
		return outbox->count == 0 ||
		       outbox->waiting + batch->size <= outbox->options.limit + RESERVE;
	return outbox->lost == 0 && outbox->waiting + batch->size <= outbox->options.limit;
}

static void lose(struct outbox *outbox, const struct batch *batch)
{
	outbox->lost += batch->events;
	outbox->lost_total += batch->events;
}

/* Queues a line that reports the lost events; returns whether a line was queued. */
static bool tell_lost(struct outbox *outbox)
{
	struct event event = {
		.type = EVENT_LOST,
		.time = clock_now(),
		.count = outbox->lost,
		.where = outbox->options.where,
	};
	struct bytes line;

	if (outbox->lost == 0)
		return false;
	if (outbox->options.lost_format) {
		if (format_line(outbox->options.lost_format, &event, &line) < 0 ||
		    outbox_keep(outbox, chunk_create(line, 0), 0) < 0)
			return false; /* no memory: try later */
	}
	outbox->lost = 0;
	return outbox->options.lost_format;
}

/* ---- public functions ---- */

int outbox_write(struct outbox *outbox)
{
	int r;

	do
		r = outbox_write_waiting(outbox);
	while (r == 0 && outbox->waiting <= outbox->options.limit / 2 && tell_lost(outbox));
	return r;
}

static int keep_and_write(struct outbox *outbox, struct batch *batch)
{
	if (outbox_keep(outbox, batch_share(batch), 0) < 0) {
		lose(outbox, batch);
		return 0;
	}
	return outbox_write_waiting(outbox);
}

static int write_or_keep(struct outbox *outbox, struct batch *batch)
{
	size_t done = 0, written = 1;
	int r = 0;

	if (outbox->options.resends)
		return keep_and_write(outbox, batch);
	while (outbox->count == 0 && r == 0 && done < batch->size && written > 0) {
		struct iovec rest = { batch->data + done, batch->size - done };

		r = write_parts(outbox, &rest, 1, &written);
		if (r == 0)
			done += written;
	}
	if (done == batch->size || outbox_keep(outbox, batch_share(batch), done) == 0)
		return r;
	if (done > 0)
		return -ENOMEM;
	lose(outbox, batch);
	return r;
}

int outbox_put(struct outbox *outbox, struct batch *batch)
{
	int r = 0;

	/* Many lines may arrive before the loop continues. The reader may have made room meanwhile. */
	if (!has_room(outbox, batch))
		r = outbox_write(outbox);
	if (r == 0 && has_room(outbox, batch))
		return write_or_keep(outbox, batch);
	lose(outbox, batch);
	if (r < 0)
		return r;
	/* A batch that is larger than the limit is lost even if the queue is empty: report it at once. */
	return outbox->waiting <= outbox->options.limit / 2 ? outbox_write(outbox) : 0;
}

int outbox_end(struct outbox *outbox)
{
	tell_lost(outbox);
	return outbox_write(outbox);
}

/* ---- one descriptor after the other ---- */

static size_t count_lines(const uint8_t *data, size_t size)
{
	size_t lines = 0;

	for (const uint8_t *at = data; (at = memchr(at, '\n', data + size - at)); at++)
		lines++;
	return lines;
}

static int put_first(struct outbox *outbox, struct chunk *chunk)
{
	if (!chunk || !has_place(outbox)) {
		chunk_release(chunk);
		return -ENOMEM;
	}
	outbox->first = (outbox->first - 1) & (outbox->capacity - 1);
	outbox->chunks[outbox->first] = chunk;
	outbox->count++;
	outbox->waiting += chunk->size;
	return 0;
}

int outbox_connect(struct outbox *outbox, int descriptor, const struct batch *greeting)
{
	struct chunk *chunk = chunk_create((struct bytes){ greeting->data, greeting->size }, 0);
	int r = put_first(outbox, chunk);

	if (r < 0)
		return r;
	outbox->greeting = chunk;
	outbox->options.descriptor = descriptor;
	return 0;
}

void outbox_acknowledge(struct outbox *outbox, size_t unacknowledged)
{
	while (outbox->kept > 0) {
		struct chunk *oldest = oldest_kept(outbox);
		size_t newer = outbox->kept_size - oldest->size;

		if (newer + outbox->written < unacknowledged)
			return;
		if (oldest == outbox->greeting)
			outbox->greeting = NULL;
		outbox->kept--;
		outbox->kept_size = newer;
		chunk_release(oldest);
	}
}

/* Makes the newest chunk that is kept the first one again, as if it were wholly written. */
static void take_back_chunk(struct outbox *outbox)
{
	outbox->first = (outbox->first - 1) & (outbox->capacity - 1);
	outbox->kept--;
	outbox->count++;
	outbox->written = chunk_at(outbox, 0)->size;
	outbox->kept_size -= outbox->written;
}

/* Queues the last `size` written bytes again, as far as they are kept, and the beginning of their first line. */
static void take_back(struct outbox *outbox, size_t size)
{
	size_t back;

	while (size > outbox->written && outbox->kept > 0) {
		outbox->waiting += outbox->written;
		size -= outbox->written;
		take_back_chunk(outbox);
	}
	if (outbox->count == 0)
		return;
	back = size < outbox->written ? size : outbox->written;
	while (back < outbox->written &&
	       chunk_at(outbox, 0)->data[outbox->written - back - 1] != '\n')
		back++;
	outbox->waiting += back;
	outbox->written -= back;
}

/*
 * Makes the lines of the first chunk that are left a chunk of their own, because a greeting may come before them. Without
 * memory for it, all lines of the chunk are queued again.
 */
static void leave_out_written(struct outbox *outbox)
{
	struct chunk *chunk, *rest;
	uint64_t lines;

	if (outbox->written == 0)
		return;
	chunk = chunk_at(outbox, 0);
	lines = count_lines(chunk->data, outbox->written);
	rest = chunk_create((struct bytes){ chunk->data + outbox->written,
					    chunk->size - outbox->written },
			    chunk->events > lines ? chunk->events - lines : 0);
	if (rest) {
		outbox->chunks[outbox->first] = rest;
		chunk_release(chunk);
	} else {
		outbox->waiting += outbox->written;
	}
	outbox->written = 0;
}

void outbox_disconnect(struct outbox *outbox, size_t unacknowledged)
{
	outbox->options.descriptor = -1;
	take_back(outbox, unacknowledged);
	outbox_acknowledge(outbox, 0);
	if (outbox->greeting && outbox->count > 0 && chunk_at(outbox, 0) == outbox->greeting) {
		outbox->waiting -= outbox->greeting->size;
		outbox->first = (outbox->first + 1) & (outbox->capacity - 1);
		outbox->count--;
		chunk_release((struct chunk *)outbox->greeting);
	}
	outbox->greeting = NULL;
	leave_out_written(outbox);
}

bool outbox_between_lines(const struct outbox *outbox)
{
	return outbox->written == 0 || chunk_at(outbox, 0)->data[outbox->written - 1] == '\n';
}

uint64_t outbox_lost(const struct outbox *outbox)
{
	uint64_t events = outbox->lost_total;

	for (size_t i = 0; i < outbox->count; i++) {
		const struct chunk *chunk = chunk_at(outbox, i);
		size_t out = i == 0 ? count_lines(chunk->data, outbox->written) : 0;

		/* A line usually reports one event. */
		events += chunk->events > out ? chunk->events - out : 0;
	}
	return events;
}
