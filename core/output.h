/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_OUTPUT_H
#define GOHTTPSNOOP_CORE_OUTPUT_H

#include "event.h"
#include "format.h"
#include "sink.h"

/* A format and the sink its lines go to. Owns both. Embedded; zeroed it may be finished. */
struct output {
	struct format *format;
	struct sink *sink;
};

void output_finish(struct output *output);

/* Formats the event and gives the line to the sink; errors as sink_write() has them. */
int output_event(struct output *output, const struct event *event);

#endif
