/* SPDX-License-Identifier: MIT */
#include "event_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"

struct event_log {
	struct event_log_options options;
	struct outputs *outputs;
	struct event_log_counts counts;
	int error; /* the first error of the outputs; -EPIPE is not an error, but the end */
	/* What was reported as lost by the filter, and when (monotonic, nanoseconds). */
	struct outputs_counts told;
	int64_t told_at;
};

static const int64_t TELL_INTERVAL = 1000000000; /* nanoseconds */

static void event_log_check(struct event_log *event_log, int r)
{
	if (r == 0 || event_log->error)
		return;
	event_log->error = r;
	event_log->options.full(event_log->options.user);
}

static void event_log_on_failed(void *user, int error)
{
	event_log_check(user, error);
}

int event_log_open(const struct event_log_options *options, struct event_log **ret_event_log,
		   struct error *err)
{
	struct event_log *event_log = calloc(1, sizeof(*event_log));
	struct outputs_options outputs = options->outputs;
	int r;

	if (!event_log)
		return error_fail(err, -ENOMEM, "out of memory");
	event_log->options = *options;
	outputs.failed = event_log_on_failed;
	outputs.notifier = options->notifier;
	outputs.user = event_log;
	r = outputs_open(&outputs, &event_log->outputs, err);
	if (r < 0) {
		free(event_log);
		return r;
	}
	*ret_event_log = event_log;
	return 0;
}

void event_log_close(struct event_log *event_log)
{
	if (event_log)
		outputs_close(event_log->outputs);
}

void event_log_destroy(struct event_log *event_log)
{
	free(event_log);
}

bool event_log_is_full(const struct event_log *event_log)
{
	return event_log->options.max_events &&
	       event_log->counts.events >= event_log->options.max_events;
}

void event_log_event(struct event_log *event_log, const struct event *event)
{
	if (event_log_is_full(event_log))
		return;
	event_log_check(event_log, outputs_event(event_log->outputs, event));
	event_log->counts.events = outputs_count_events(event_log->outputs).shown;
	if (event_log_is_full(event_log))
		event_log->options.full(event_log->options.user);
}

static void log_target(struct event_log *event_log, enum event_type type,
		       const struct process_identity *target, const char *what)
{
	struct event event = { .type = type, .time = clock_now(), .process = target };
	char subject[512];

	event_log_check(event_log, outputs_event(event_log->outputs, &event));
	snprintf(subject, sizeof(subject), "pid %u (%s)", target->pid, target->exe);
	notice_news(&event_log->options.notifier, NOTICE_INFO, subject, "%s", what);
}

void event_log_attached(struct event_log *event_log, const struct process_identity *target)
{
	char what[768];

	event_log->counts.targets++;
	snprintf(what, sizeof(what), "traced: %s, %s ABI%s%s", target->go_version,
		 target->convention, target->library ? ", in " : "",
		 target->library ? target->library : "");
	log_target(event_log, EVENT_ATTACH, target, what);
}

void event_log_ended(struct event_log *event_log, const struct process_identity *target)
{
	log_target(event_log, EVENT_DETACH, target, "ended");
}

static void log_loss(struct event_log *event_log, uint64_t count, const char *where)
{
	struct event event = {
		.type = EVENT_LOST,
		.time = clock_now(),
		.count = count,
		.where = where,
	};

	if (!count)
		return;
	event_log->counts.lost += count;
	event_log_check(event_log, outputs_event(event_log->outputs, &event));
}

void event_log_lost(struct event_log *event_log, uint64_t count)
{
	if (!count)
		return;
	log_loss(event_log, count, "kernel");
	notice(&event_log->options.notifier, NOTICE_INFO,
	       "%llu records lost in the kernel: the ring buffer was full",
	       (unsigned long long)count);
}

static void tell_lost_by_filter(struct event_log *event_log)
{
	struct outputs_counts counts = outputs_count_events(event_log->outputs);

	log_loss(event_log, counts.over_rate - event_log->told.over_rate, "rate");
	log_loss(event_log, counts.given_up - event_log->told.given_up, "filter");
	event_log->told = counts;
}

void event_log_flush(struct event_log *event_log)
{
	int64_t now = clock_monotonic();

	if (now - event_log->told_at >= TELL_INTERVAL) {
		event_log->told_at = now;
		tell_lost_by_filter(event_log);
	}
	event_log_check(event_log, outputs_flush(event_log->outputs));
}

void event_log_summarize(struct event_log *event_log)
{
	event_log_check(event_log, outputs_summarize(event_log->outputs));
}

struct event_log_counts event_log_count(const struct event_log *event_log)
{
	struct event_log_counts counts = event_log->counts;

	counts.filtered = outputs_count_events(event_log->outputs).filtered;
	return counts;
}

struct sink_counts event_log_readers(const struct event_log *event_log)
{
	return outputs_count(event_log->outputs);
}

int event_log_finish(struct event_log *event_log, struct error *err)
{
	int r;

	tell_lost_by_filter(event_log);
	event_log_check(event_log, outputs_flush(event_log->outputs));
	event_log_summarize(event_log);
	r = outputs_finish(event_log->outputs, err);

	if (r == 0 && event_log->error && event_log->error != -EPIPE)
		return error_fail(err, event_log->error, "events cannot be written: %s",
				  strerror(-event_log->error));
	return r;
}
