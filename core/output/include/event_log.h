/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_EVENT_LOG_H
#define GOHTTPSNOOP_CORE_EVENT_LOG_H

#include "notice.h"
#include "outputs.h"

/*
 * Passes the events of a session to its outputs, counts them, and writes notices about targets and
 * losses.
 */
struct event_log;

struct event_log_counts {
	uint64_t events, filtered, lost; /* requests and calls */
	size_t targets;			 /* total number of reported targets */
};

struct event_log_options {
	struct outputs_options outputs; /* the callbacks are set by the event log */
	struct notifier notifier;
	uint64_t max_events; /* 0: any number */
	/* Called when the outputs have failed or `max_events` is reached. */
	void (*full)(void *user);
	void *user;
};

int event_log_open(const struct event_log_options *options, struct event_log **ret_event_log,
		   struct error *err);
/* Closes the outputs. Run the loop after this, then call event_log_destroy(). */
void event_log_close(struct event_log *event_log);
void event_log_destroy(struct event_log *event_log);

/*
 * Writes a request or call; ignored after `max_events`. With a filter, the calls of the last request are written, too,
 * even if they are more.
 */
void event_log_event(struct event_log *event_log, const struct event *event);
/* The identity must be valid until event_log_ended() was called for it. */
void event_log_attached(struct event_log *event_log, const struct process_identity *target);
void event_log_ended(struct event_log *event_log, const struct process_identity *target);
void event_log_lost(struct event_log *event_log, uint64_t count);

/* Writes a summary, see outputs_summarize(). */
void event_log_summarize(struct event_log *event_log);

/* Must be called after each batch of events. */
void event_log_flush(struct event_log *event_log);

/* Returns whether `max_events` is reached; later events are ignored. */
bool event_log_is_full(const struct event_log *event_log);

struct event_log_counts event_log_count(const struct event_log *event_log);
/* The number of readers of the socket, and of the events that they lost. */
struct sink_counts event_log_readers(const struct event_log *event_log);

/* Finishes the outputs, see outputs_finish(). Also returns the error of an earlier write. */
int event_log_finish(struct event_log *event_log, struct error *err);

#endif
