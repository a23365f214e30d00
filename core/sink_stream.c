/* SPDX-License-Identifier: MIT */
#include "sink_type.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One write for many lines; more than this is not kept back. */
enum { STREAM_BUFFER_SIZE = 256 * 1024 };

struct stream_sink {
	struct sink sink;
	int descriptor;
	size_t size;
	uint8_t buffer[STREAM_BUFFER_SIZE];
};

static int write_all(int descriptor, const uint8_t *data, size_t size)
{
	while (size > 0) {
		ssize_t written = write(descriptor, data, size);

		if (written >= 0) {
			data += written;
			size -= written;
		} else if (errno == EAGAIN) {
			/* Somebody who shares the descriptor made it non-blocking. */
			poll(&(struct pollfd){.fd = descriptor, .events = POLLOUT}, 1, -1);
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

static int stream_flush(struct sink *sink)
{
	struct stream_sink *stream = (struct stream_sink *)sink;
	size_t size = stream->size;

	stream->size = 0;
	return write_all(stream->descriptor, stream->buffer, size);
}

static int stream_write(struct sink *sink, struct bytes line)
{
	struct stream_sink *stream = (struct stream_sink *)sink;
	int r;

	if (line.size > STREAM_BUFFER_SIZE - stream->size) {
		r = stream_flush(sink);
		if (r < 0)
			return r;
	}
	if (line.size > STREAM_BUFFER_SIZE)
		return write_all(stream->descriptor, line.data, line.size);
	memcpy(stream->buffer + stream->size, line.data, line.size);
	stream->size += line.size;
	return 0;
}

static void stream_destroy(struct sink *sink)
{
	free(sink);
}

int sink_create_stream(int descriptor, struct sink **ret_sink)
{
	struct stream_sink *stream = malloc(sizeof(*stream));

	if (!stream)
		return -ENOMEM;
	stream->sink = (struct sink){stream_write, stream_flush, stream_destroy};
	stream->descriptor = descriptor;
	stream->size = 0;
	*ret_sink = &stream->sink;
	return 0;
}
