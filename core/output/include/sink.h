/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SINK_H
#define GOHTTPSNOOP_CORE_SINK_H

#include <sys/types.h>

#include "batch.h"
#include "endpoint.h"
#include "error.h"
#include "format.h"
#include "notice.h"

struct otlp;
struct uv_loop_s;

enum { SINK_MOST_CONNECTIONS = 8 };

/* A destination of lines. A sink never waits for its reader. */
struct sink;

struct sink_options {
	struct uv_loop_s *loop;
	size_t limit; /* limit on the bytes queued for one reader */
	/* Formats the line that reports lost events; NULL: there is no such line. */
	struct format *lost_format;
	/* Called when the sink has failed, which ends the session; -EPIPE: its reader has gone. */
	void (*failed)(void *user, int error);
	struct notifier notifier; /* receives messages for the user */
	/* Returns the first lines for a new reader, valid until the next call; NULL if out of memory. */
	struct batch *(*greeting)(void *user);
	/* The same without writing earlier lines to all sinks before, for a sink that is being written. */
	struct batch *(*hello)(void *user);
	void *user;
};

/* A sink on an open descriptor that is shared with other processes; its flags are not changed. */
int sink_create_stream(const struct sink_options *options, int descriptor, struct sink **ret_sink,
		       struct error *err);

/* A sink on a non-blocking pipe or terminal. It owns the descriptor, also on failure. */
int sink_create_pipe(const struct sink_options *options, int descriptor, struct sink **ret_sink,
		     struct error *err);

struct sink_file_options {
	const char *path;
	/* If it would grow beyond so many bytes, it is renamed to PATH.1, that to PATH.2 and so on; 0: never. */
	uint64_t most_size;
	unsigned old_files; /* how many of them are kept, at least 1 */
};

/*
 * A sink that appends to the file, and reopens it on SIGHUP. While the file cannot be written,
 * lines are queued; beyond the limit they are lost. A pipe or terminal with this path is written as
 * a stream. With `most_size` each new file begins with hello.
 */
int sink_create_file(const struct sink_options *options,
		     const struct sink_file_options *file_options, struct sink **ret_sink,
		     struct error *err);

struct sink_socket_options {
	/*
	 * "systemd:" means the socket that systemd passed. A socket that systemd passed is also used
	 * if it has this path.
	 */
	const char *path;
	mode_t mode;
	const char *group; /* a name or a number; NULL: the default of the directory or the process */
};

/*
 * A sink for all readers that connect to a Unix socket. The socket is created, and removed at the
 * end.
 */
int sink_create_socket(const struct sink_options *options,
		       const struct sink_socket_options *socket_options, struct sink **ret_sink,
		       struct error *err);

/*
 * A sink that connects to an endpoint, and again whenever the connection was lost. Lines are queued meanwhile; beyond the
 * limit they are lost. It connects when the loop runs.
 */
int sink_create_connection(const struct sink_options *options, const struct endpoint *endpoint,
			   struct sink **ret_sink, struct error *err);

/* A sink that takes no lines: it ends and counts a receiver of OTLP with the others. It owns `otlp`, also on failure. */
int sink_create_otlp(struct otlp *otlp, struct sink **ret_sink, struct error *err);

/* Returns whether the sink has a reader. */
bool sink_wants(const struct sink *sink);

struct sink_counts {
	size_t readers; /* now */
	uint64_t lost;	/* events that readers have lost */
};

/* Adds the numbers of a sink to the counts. */
void sink_count(const struct sink *sink, struct sink_counts *counts);

/*
 * Queues the lines, or counts them as lost. Returns -EPIPE if there is no reader left, or an error
 * of write(2).
 */
int sink_write(struct sink *sink, struct batch *batch);

/*
 * Writes as much as possible at the end of a session, and returns the number of bytes that are
 * still queued. The caller repeats this until it returns 0 or the time limit is reached.
 */
size_t sink_end(struct sink *sink);

/* Reports lines that are lost at the end. Returns an error if the session should end with one. */
int sink_conclude(struct sink *sink, struct error *err);

/* Frees the sink after the loop has closed its handles; run the loop after this. */
void sink_close(struct sink *sink);

#endif
