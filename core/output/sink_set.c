/* SPDX-License-Identifier: MIT */
#include "sink_set.h"

#include <poll.h>
#include <unistd.h>

#include "clock.h"

enum { END_INTERVAL = 5 }; /* milliseconds */

#define PATIENCE INT64_C(5000000000) /* nanoseconds, time for readers at the end */

/* ---- opening ---- */

int sink_set_open(struct sink_set *set, const struct sink_set_options *options,
		  const struct sink_options *sink_options, struct error *err)
{
	int r = options->otlp ? sink_create_otlp(options->otlp, &set->sinks[SINK_OTLP], err) : 0;

	set->has_summary = options->summary;
	set->notifier = sink_options->notifier;
	if (r == 0 && options->standard)
		r = sink_create_stream(sink_options, STDOUT_FILENO, &set->sinks[SINK_STANDARD],
				       err);
	if (r == 0 && options->file.path)
		r = sink_create_file(sink_options, &options->file, &set->sinks[SINK_FILE], err);
	if (r == 0 && options->socket.path)
		r = sink_create_socket(sink_options, &options->socket, &set->sinks[SINK_SOCKET],
				       err);
	for (size_t i = 0; r == 0 && i < options->connection_count; i++)
		r = sink_create_connection(sink_options, &options->connections[i],
					   &set->sinks[SINK_CONNECTIONS + i], err);
	return r;
}

void sink_set_close(struct sink_set *set)
{
	for (size_t i = 0; i < SINK_COUNT; i++)
		sink_close(set->sinks[i]);
	*set = (struct sink_set){ 0 };
}

/* ---- lines ---- */

static bool gets_lines(const struct sink_set *set, size_t sink)
{
	return set->sinks[sink] && sink != SINK_OTLP &&
	       !(sink == SINK_STANDARD && set->has_summary);
}

bool sink_set_wants(const struct sink_set *set)
{
	for (size_t i = 0; i < SINK_COUNT; i++) {
		if (gets_lines(set, i) && sink_wants(set->sinks[i]))
			return true;
	}
	return false;
}

int sink_set_write(const struct sink_set *set, struct batch *batch)
{
	int result = 0;

	for (size_t i = 0; i < SINK_COUNT; i++) {
		int r = gets_lines(set, i) ? sink_write(set->sinks[i], batch) : 0;

		if (result == 0)
			result = r;
	}
	return result;
}

int sink_set_write_summary(const struct sink_set *set, struct batch *summary)
{
	return sink_write(set->sinks[SINK_STANDARD], summary);
}

struct sink_counts sink_set_count(const struct sink_set *set)
{
	struct sink_counts counts = { 0 };

	for (size_t i = 0; i < SINK_COUNT; i++) {
		if (set->sinks[i])
			sink_count(set->sinks[i], &counts);
	}
	return counts;
}

/* ---- the end ---- */

static size_t end_sinks(const struct sink_set *set)
{
	size_t waiting = 0;

	for (size_t i = 0; i < SINK_COUNT; i++)
		waiting += set->sinks[i] ? sink_end(set->sinks[i]) : 0;
	return waiting;
}

/* Returns the first error to the caller, and reports the others to the user. */
static int conclude_sinks(const struct sink_set *set, struct error *err)
{
	int result = 0;

	for (size_t i = 0; i < SINK_COUNT; i++) {
		struct error why = { 0 };
		int r = set->sinks[i] ? sink_conclude(set->sinks[i], &why) : 0;

		if (r < 0 && result < 0)
			notice_error(&set->notifier, NOTICE_ERROR, &why);
		else if (r < 0)
			result = error_adopt(err, &why);
	}
	return result;
}

int sink_set_finish(const struct sink_set *set, struct error *err)
{
	int64_t deadline = clock_monotonic() + PATIENCE;

	/* poll() is only a pause. If a signal interrupts it, no more time is given to readers. */
	while (end_sinks(set) > 0 && clock_monotonic() < deadline &&
	       poll(NULL, 0, END_INTERVAL) == 0)
		;
	return conclude_sinks(set, err);
}
