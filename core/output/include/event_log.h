/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_EVENT_LOG_H
#define GOHTTPSNOOP_CORE_EVENT_LOG_H

#include "notice.h"
#include "outputs.h"

/* What a session tells: events to its outputs, the gist of some to a person, and the count of all. */
struct event_log;

struct event_log_counts {
	uint64_t events, lost; /* requests and calls */
	size_t targets;	       /* told of in all */
};

struct event_log_options {
	struct outputs_options outputs; /* its callbacks are the event_log's own */
	struct notifier notifier;
	uint64_t max_events; /* 0: any number */
	/* Nothing more can be told, or is to be: the outputs have failed, or `max_events` is reached. */
	void (*full)(void *user);
	void *user;
};

int event_log_open(const struct event_log_options *options, struct event_log **ret_event_log,
		   struct error *err);
/* Closes the outputs: run the loop after this, then free what is left. */
void event_log_close(struct event_log *event_log);
void event_log_destroy(struct event_log *event_log);

/* A request or call; passed over once there were `max_events`. */
void event_log_event(struct event_log *event_log, const struct event *event);
/* The target lives on until its end was told of. */
void event_log_attached(struct event_log *event_log, const struct process_identity *target);
void event_log_ended(struct event_log *event_log, const struct process_identity *target);
void event_log_lost(struct event_log *event_log, uint64_t count);

/* To be called after each batch. */
void event_log_flush(struct event_log *event_log);

/* Whether the events that were asked for are all told; more are not. */
bool event_log_is_full(const struct event_log *event_log);

struct event_log_counts event_log_count(const struct event_log *event_log);
/* The readers of the socket, and what they lost. */
struct sink_counts event_log_readers(const struct event_log *event_log);

/* At the end, as outputs_finish(). Negative also when something could not be written before. */
int event_log_finish(struct event_log *event_log, struct error *err);

#endif
