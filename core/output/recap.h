/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_RECAP_H
#define GOHTTPSNOOP_CORE_RECAP_H

#include "event.h"
#include "redaction.h"
#include "summary_input.h"
#include "summary_text.h"

/* Who gets requests beside the sinks, as values: a summary, or a viewer; nobody if `take` is NULL. */
struct recap {
	summary_taker *take;
	void *user;
	struct summary *summary; /* NULL: there is a viewer, or nobody */
	bool json;
	int64_t begin; /* of what is summed up; monotonic, nanoseconds */
};

/* Begins a summary. The only failure is -ENOMEM. */
int recap_open_summary(struct recap *recap, bool json);
void recap_open_viewer(struct recap *recap, summary_taker *take, void *user);
void recap_close(struct recap *recap);

/* -ENOMEM: it was not counted. */
int recap_event(const struct recap *recap, const struct event *event,
		const struct redaction *redaction);
/* Lines of JSON with their newlines. */
int recap_lines(const struct recap *recap, struct bytes lines);

/* Writes the summary, if there is one, and begins another one. The text is marked as failed if memory ran out. */
void recap_write(struct recap *recap, struct text_buffer *text);

#endif
