/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_OUTPUTS_H
#define GOHTTPSNOOP_CORE_OUTPUTS_H

#include "event.h"
#include "error.h"

/*
 * Everything a session's events go to: standard output, as a table or as JSON. An event is formatted
 * once for all sinks that want the same format.
 */
struct outputs;

struct outputs_options {
	bool json; /* on standard output: NDJSON instead of a table */
};

int outputs_open(const struct outputs_options *options, struct outputs **ret_outputs,
		 struct error *err);
void outputs_close(struct outputs *outputs);

/* Formats the event and gives it to the sinks. -EPIPE when nobody reads any more. */
int outputs_event(struct outputs *outputs, const struct event *event);

/* Writes what was gathered; to be called after each batch of events. */
int outputs_flush(struct outputs *outputs);

#endif
