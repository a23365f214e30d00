/* SPDX-License-Identifier: MIT */
/* Replaces core/output/event_log.c: an event is a line of text. */
#include "event_log.h"

#include <stdio.h>

#include "fakes.h"
#include "outcome_name.h"

struct event_log {
	void (*line)(const char *text);
};

static struct event_log the_event_log;

struct event_log *event_log_fake(void (*line)(const char *text))
{
	the_event_log.line = line;
	return &the_event_log;
}

void event_log_event(struct event_log *event_log, const struct event *event)
{
	char line[256], status[32] = "";

	if (event->status.presence == PRESENT)
		snprintf(status, sizeof(status), " %lld", (long long)event->status.value);
	snprintf(line, sizeof(line), "request %u %.*s %s%s", event->process->pid,
		 (int)event->path.size, event->path.data, outcome_name(event->outcome), status);
	event_log->line(line);
}

void event_log_attached(struct event_log *event_log, const struct process_identity *target)
{
	char line[256];

	snprintf(line, sizeof(line), "attached %u %.100s%s%.100s", target->pid, target->exe,
		 target->library ? " in " : "", target->library ? target->library : "");
	event_log->line(line);
}

void event_log_ended(struct event_log *event_log, const struct process_identity *target)
{
	char line[256];

	snprintf(line, sizeof(line), "ended %u %.200s", target->pid, target->exe);
	event_log->line(line);
}

void event_log_summarize(struct event_log *event_log)
{
	event_log->line("summary");
}

void event_log_lost(struct event_log *event_log, uint64_t count)
{
	char line[64];

	if (!count)
		return;
	snprintf(line, sizeof(line), "lost %llu", (unsigned long long)count);
	event_log->line(line);
}

void event_log_flush(struct event_log *event_log)
{
}
