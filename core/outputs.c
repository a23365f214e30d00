/* SPDX-License-Identifier: MIT */
#include "outputs.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "format.h"
#include "sink.h"

struct outputs {
	struct format *format;
	struct sink *sink;
};

static int open_standard_output(struct outputs *outputs, const struct outputs_options *options)
{
	int r = options->json ? format_create_json(&outputs->format)
			      : format_create_table(&outputs->format);

	return r < 0 ? r : sink_create_stream(STDOUT_FILENO, &outputs->sink);
}

int outputs_open(const struct outputs_options *options, struct outputs **ret_outputs,
		 struct error *err)
{
	struct outputs *outputs = calloc(1, sizeof(*outputs));
	int r = outputs ? open_standard_output(outputs, options) : -ENOMEM;

	if (r < 0) {
		outputs_close(outputs);
		return error_fail(err, r, "the output cannot be set up: %s", strerror(-r));
	}
	*ret_outputs = outputs;
	return 0;
}

void outputs_close(struct outputs *outputs)
{
	if (!outputs)
		return;
	format_destroy(outputs->format);
	sink_destroy(outputs->sink);
	free(outputs);
}

int outputs_event(struct outputs *outputs, const struct event *event)
{
	struct bytes line;
	int r = format_line(outputs->format, event, &line);

	if (r < 0 || line.size == 0)
		return r;
	return sink_write(outputs->sink, line);
}

int outputs_flush(struct outputs *outputs)
{
	return sink_flush(outputs->sink);
}
