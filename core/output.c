/* SPDX-License-Identifier: MIT */
#include "output.h"

void output_finish(struct output *output)
{
	format_destroy(output->format);
	sink_destroy(output->sink);
	*output = (struct output){0};
}

int output_event(struct output *output, const struct event *event)
{
	struct bytes line;
	int r = format_line(output->format, event, &line);

	if (r < 0 || line.size == 0)
		return r;
	return sink_write(output->sink, line);
}
