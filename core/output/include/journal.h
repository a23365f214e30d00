/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_JOURNAL_H
#define GOHTTPSNOOP_CORE_JOURNAL_H

#include "notice.h"
#include "outputs.h"

/* What a session tells: events to its outputs, the gist of some to a person, and the count of all. */
struct journal;

struct journal_counts {
	uint64_t events, lost; /* requests and calls */
	size_t targets;	       /* told of in all */
};

struct journal_options {
	struct outputs_options outputs; /* its callbacks are the journal's own */
	struct notifier notifier;
	uint64_t max_events; /* 0: any number */
	/* Nothing more can be told, or is to be: the outputs have failed, or `max_events` is reached. */
	void (*full)(void *user);
	void *user;
};

int journal_open(const struct journal_options *options, struct journal **ret_journal,
		 struct error *err);
/* Closes the outputs: run the loop after this, then free what is left. */
void journal_close(struct journal *journal);
void journal_destroy(struct journal *journal);

/* A request or call; passed over once there were `max_events`. */
void journal_event(struct journal *journal, const struct event *event);
/* The target lives on until its end was told of. */
void journal_attached(struct journal *journal, const struct process_identity *target);
void journal_ended(struct journal *journal, const struct process_identity *target);
void journal_lost(struct journal *journal, uint64_t count);

/* To be called after each batch. */
void journal_flush(struct journal *journal);

/* Whether the events that were asked for are all told; more are not. */
bool journal_is_full(const struct journal *journal);

struct journal_counts journal_count(const struct journal *journal);
/* The readers of the socket, and what they lost. */
struct sink_counts journal_readers(const struct journal *journal);

/* At the end, as outputs_finish(). Negative also when something could not be written before. */
int journal_finish(struct journal *journal, struct error *err);

#endif
