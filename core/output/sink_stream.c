/* SPDX-License-Identifier: MIT */
#include "sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "outlet.h"
#include "sink_type.h"

struct stream_sink {
	struct sink sink;
	struct outlet *outlet;
	struct sink_options options;
	bool failed;
};

static int stream_write(struct sink *sink, struct batch *batch)
{
	struct stream_sink *stream = (struct stream_sink *)sink;
	int r = outlet_put(stream->outlet, batch);

	stream->failed = stream->failed || r < 0;
	return r;
}

static void stream_sink_on_failed(void *user, int error)
{
	struct stream_sink *stream = user;

	stream->failed = true;
	stream->options.failed(stream->options.user, error);
}

static size_t stream_end(struct sink *sink)
{
	struct stream_sink *stream = (struct stream_sink *)sink;

	return stream->failed ? 0 : outlet_end(stream->outlet);
}

/* A reader that has disconnected is not an error. */
static int stream_conclude(struct sink *sink, struct error *err)
{
	struct stream_sink *stream = (struct stream_sink *)sink;
	uint64_t lost = outlet_lost(stream->outlet);

	if (lost == 0 || stream->failed)
		return 0;
	notice(&stream->options.notifier, NOTICE_INFO,
	       "%llu lines lost: the reader of the output is too slow", (unsigned long long)lost);
	return 0;
}

static void stream_close(struct sink *sink)
{
	struct stream_sink *stream = (struct stream_sink *)sink;

	outlet_close(stream->outlet);
	free(stream);
}

static int open_outlet(struct stream_sink *stream, int descriptor, bool own)
{
	struct outlet_options options = {
		.loop = stream->options.loop,
		.limit = stream->options.limit,
		.lost_format = stream->options.lost_format,
		.failed = stream_sink_on_failed,
		.user = stream,
	};

	return own ? outlet_open_pipe(&options, descriptor, &stream->outlet) :
		     outlet_open_shared(&options, descriptor, &stream->outlet);
}

static int stream_sink_create(const struct sink_options *options, int descriptor, bool own,
			      struct sink **ret_sink, struct error *err)
{
	struct stream_sink *stream = calloc(1, sizeof(*stream));
	int r = -ENOMEM;

	if (stream) {
		stream->sink = (struct sink){
			.write = stream_write,
			.end = stream_end,
			.conclude = stream_conclude,
			.close = stream_close,
		};
		stream->options = *options;
		r = open_outlet(stream, descriptor, own);
	}
	if (r < 0) {
		free(stream);
		return error_fail(err, r, "the output cannot be set up: %s", strerror(-r));
	}
	*ret_sink = &stream->sink;
	return 0;
}

int sink_create_stream(const struct sink_options *options, int descriptor, struct sink **ret_sink,
		       struct error *err)
{
	return stream_sink_create(options, descriptor, false, ret_sink, err);
}

int sink_create_pipe(const struct sink_options *options, int descriptor, struct sink **ret_sink,
		     struct error *err)
{
	return stream_sink_create(options, descriptor, true, ret_sink, err);
}
