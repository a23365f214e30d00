/* SPDX-License-Identifier: MIT */
#include "journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

struct journal {
	struct journal_options options;
	struct outputs *outputs;
	struct journal_counts counts;
	int error; /* the first one of the outputs; -EPIPE is none, but an end */
};

static void check(struct journal *journal, int r)
{
	if (r == 0 || journal->error)
		return;
	journal->error = r;
	journal->options.full(journal->options.user);
}

static void on_failed(void *user, int error)
{
	check(user, error);
}

static void on_notice(void *user, const struct error *what)
{
	const struct journal *journal = user;

	notice_error(&journal->options.notifier, what->code < 0 ? NOTICE_ERROR : NOTICE_INFO, what);
}

int journal_open(const struct journal_options *options, struct journal **ret_journal,
		 struct error *err)
{
	struct journal *journal = calloc(1, sizeof(*journal));
	struct outputs_options outputs = options->outputs;
	int r;

	if (!journal)
		return error_fail(err, -ENOMEM, "out of memory");
	journal->options = *options;
	outputs.failed = on_failed;
	outputs.notice = on_notice;
	outputs.user = journal;
	r = outputs_open(&outputs, &journal->outputs, err);
	if (r < 0) {
		free(journal);
		return r;
	}
	*ret_journal = journal;
	return 0;
}

void journal_close(struct journal *journal)
{
	if (journal)
		outputs_close(journal->outputs);
}

void journal_destroy(struct journal *journal)
{
	free(journal);
}

bool journal_is_full(const struct journal *journal)
{
	return journal->options.max_events && journal->counts.events == journal->options.max_events;
}

void journal_event(struct journal *journal, const struct event *event)
{
	if (journal_is_full(journal))
		return;
	check(journal, outputs_event(journal->outputs, event));
	journal->counts.events++;
	if (journal_is_full(journal))
		journal->options.full(journal->options.user);
}

static void tell_target(struct journal *journal, enum event_type type,
			const struct process_identity *target, struct error *news)
{
	struct event event = { .type = type, .time = clock_now(), .process = target };

	check(journal, outputs_event(journal->outputs, &event));
	/* The path of an executable may hold anything; errors are made safe to print. */
	error_subject(news, "pid %u (%s)", target->pid, target->exe);
	notice_error(&journal->options.notifier, NOTICE_INFO, news);
}

void journal_attached(struct journal *journal, const struct process_identity *target)
{
	struct error news = { 0 };

	journal->counts.targets++;
	error_fail(&news, 0, "traced: %s, %s ABI%s%s", target->go_version, target->convention,
		   target->library ? ", in " : "", target->library ? target->library : "");
	tell_target(journal, EVENT_ATTACH, target, &news);
}

void journal_ended(struct journal *journal, const struct process_identity *target)
{
	struct error news = { 0 };

	error_fail(&news, 0, "ended");
	tell_target(journal, EVENT_DETACH, target, &news);
}

void journal_lost(struct journal *journal, uint64_t count)
{
	struct event event = {
		.type = EVENT_LOST,
		.time = clock_now(),
		.count = count,
		.where = "kernel",
	};

	if (!count)
		return;
	journal->counts.lost += count;
	check(journal, outputs_event(journal->outputs, &event));
	notice(&journal->options.notifier, NOTICE_INFO,
	       "%llu records lost in the kernel: the ring buffer was full",
	       (unsigned long long)count);
}

void journal_flush(struct journal *journal)
{
	check(journal, outputs_flush(journal->outputs));
}

struct journal_counts journal_count(const struct journal *journal)
{
	return journal->counts;
}

struct sink_counts journal_readers(const struct journal *journal)
{
	return outputs_count(journal->outputs);
}

int journal_finish(struct journal *journal, struct error *err)
{
	int r = outputs_finish(journal->outputs, err);

	if (r == 0 && journal->error && journal->error != -EPIPE)
		return error_fail(err, journal->error, "events cannot be written: %s",
				  strerror(-journal->error));
	return r;
}
