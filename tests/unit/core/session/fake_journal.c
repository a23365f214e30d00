/* SPDX-License-Identifier: MIT */
/* Stands in for core/output/journal.c: an event is a line of text. */
#include "journal.h"

#include <stdio.h>

#include "fakes.h"

struct journal {
	void (*line)(const char *text);
};

static struct journal the_journal;

struct journal *journal_fake(void (*line)(const char *text))
{
	the_journal.line = line;
	return &the_journal;
}

static const char *outcome_name(const struct event *event)
{
	static const char *const names[] = {
		[OUTCOME_OK] = "ok",
		[OUTCOME_PANIC] = "panic",
		[OUTCOME_HIJACKED] = "hijacked",
		[OUTCOME_EXITED] = "exited",
		[OUTCOME_UNKNOWN] = "unknown",
		[OUTCOME_OPEN] = "open",
	};

	return names[event->outcome];
}

void journal_event(struct journal *journal, const struct event *event)
{
	char line[256], status[32] = "";

	if (event->status.presence == PRESENT)
		snprintf(status, sizeof(status), " %lld", (long long)event->status.value);
	snprintf(line, sizeof(line), "request %u %.*s %s%s", event->process->pid,
		 (int)event->path.size, event->path.data, outcome_name(event), status);
	journal->line(line);
}

void journal_attached(struct journal *journal, const struct process_identity *target)
{
	char line[256];

	snprintf(line, sizeof(line), "attached %u %.200s", target->pid, target->exe);
	journal->line(line);
}

void journal_ended(struct journal *journal, const struct process_identity *target)
{
	char line[256];

	snprintf(line, sizeof(line), "ended %u %.200s", target->pid, target->exe);
	journal->line(line);
}

void journal_lost(struct journal *journal, uint64_t count)
{
	char line[64];

	if (!count)
		return;
	snprintf(line, sizeof(line), "lost %llu", (unsigned long long)count);
	journal->line(line);
}

void journal_flush(struct journal *journal)
{
}
