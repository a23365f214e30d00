/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SINK_SET_H
#define GOHTTPSNOOP_CORE_SINK_SET_H

#include "sink.h"

enum {
	SINK_STANDARD,
	SINK_FILE,
	SINK_SOCKET,
	SINK_OTLP,
	SINK_CONNECTIONS, /* the first of them */
	SINK_COUNT = SINK_CONNECTIONS + SINK_MOST_CONNECTIONS,
};

/* The sinks of a session, which all get the same lines, except for OTLP, which gets none. A zeroed struct has none. */
struct sink_set {
	struct sink *sinks[SINK_COUNT]; /* NULL if there is none */
	bool has_summary;		/* standard output gets summaries instead of lines */
	struct notifier notifier;	/* gets errors at the end, beside the first one */
};

/* Which sinks there are. Strings and endpoints must outlive the set. */
struct sink_set_options {
	bool standard;			   /* standard output */
	bool summary;			   /* it gets summaries instead of lines */
	struct sink_file_options file;	   /* its path is NULL if there is none */
	struct sink_socket_options socket; /* its path is NULL if there is none */
	struct otlp *otlp;		   /* owned by the set, also on failure; or NULL */
	const struct endpoint *connections;
	size_t connection_count; /* at most SINK_MOST_CONNECTIONS */
};

/* Opens the sinks that the options name. Close the set also after an error. */
int sink_set_open(struct sink_set *set, const struct sink_set_options *options,
		  const struct sink_options *sink_options, struct error *err);
/* Frees the sinks after the loop has closed their handles; run the loop after this. */
void sink_set_close(struct sink_set *set);

/* Returns whether a sink has a reader of lines. */
bool sink_set_wants(const struct sink_set *set);

/* Writes the lines to each sink, even if another one failed. Returns the first failure. */
int sink_set_write(const struct sink_set *set, struct batch *batch);

/* Writes a summary to standard output. */
int sink_set_write_summary(const struct sink_set *set, struct batch *summary);

struct sink_counts sink_set_count(const struct sink_set *set);

/* Waits up to some seconds for readers, and reports what they did not take; see outputs_finish(). */
int sink_set_finish(const struct sink_set *set, struct error *err);

#endif
