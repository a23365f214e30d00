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
	for (size_t i = 0; i < outbox->count; i++)
		chunk_release(outbox->chunks[(outbox->first + i) & (outbox->capacity - 1)]);
	free(outbox->chunks);
	*outbox = (struct outbox){ 0 };
}

static struct chunk *chunk_at(const struct outbox *outbox, size_t index)
{
	return outbox->chunks[(outbox->first + index) & (outbox->capacity - 1)];
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

static void take_off(struct outbox *outbox, size_t written)
{
	outbox->waiting -= written;
	written += outbox->written;
	while (outbox->count > 0 && written >= chunk_at(outbox, 0)->size) {
		written -= chunk_at(outbox, 0)->size;
		chunk_release(chunk_at(outbox, 0));
		outbox->first = (outbox->first + 1) & (outbox->capacity - 1);
		outbox->count--;
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
	for (size_t i = 0; i < outbox->count; i++)
		chunks[i] = chunk_at(outbox, i);
	free(outbox->chunks);
	outbox->chunks = chunks;
	outbox->first = 0;
	outbox->capacity = capacity;
	return true;
}

/*
 * Queues the chunk, and takes ownership of the reference. If `written` bytes of it are already written, it is
 * the first chunk.
 */
static int outbox_keep(struct outbox *outbox, struct chunk *chunk, size_t written)
{
	if (!chunk || (outbox->count == outbox->capacity && !outbox_grow(outbox))) {
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

static int write_or_keep(struct outbox *outbox, struct batch *batch)
{
	size_t done = 0, written = 1;
	int r = 0;

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

bool outbox_between_lines(const struct outbox *outbox)
{
	return outbox->written == 0 || chunk_at(outbox, 0)->data[outbox->written - 1] == '\n';
}

static size_t count_lines(const uint8_t *data, size_t size)
{
	size_t lines = 0;

	for (const uint8_t *at = data; (at = memchr(at, '\n', data + size - at)); at++)
		lines++;
	return lines;
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
