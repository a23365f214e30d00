/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SINK_H
#define GOHTTPSNOOP_CORE_SINK_H

#include <sys/types.h>

#include "batch.h"
#include "error.h"
#include "format.h"
#include "notice.h"

/* Where lines go. A sink never waits for who reads them. */
struct sink;

struct sink_options {
	void *loop;   /* a uv_loop_t */
	size_t limit; /* bytes that may wait for one reader */
	/* Of a line that tells what was lost; NULL: there is none. Not used for events beside it. */
	struct format *lost_format;
	/* The sink is no more good, which ends the session; -EPIPE: nobody reads any more. */
	void (*failed)(void *user, int error);
	struct notifier notifier; /* of what a person should know */
	/* The first lines for a new reader; they live until the next call. NULL without memory. */
	struct batch *(*greeting)(void *user);
	void *user;
};

/* A sink on an open descriptor that others may share, which stays as it is. */
int sink_create_stream(const struct sink_options *options, int descriptor, struct sink **ret_sink,
		       struct error *err);

/* A sink on a non-blocking pipe or terminal, which it closes, also on failure. */
int sink_create_pipe(const struct sink_options *options, int descriptor, struct sink **ret_sink,
		     struct error *err);

/*
 * A sink that appends to the file, and opens it anew on SIGHUP. While it cannot be written lines wait,
 * and beyond the limit they are lost. A pipe or terminal of that name is written as a stream.
 */
int sink_create_file(const struct sink_options *options, const char *path, struct sink **ret_sink,
		     struct error *err);

struct sink_socket_options {
	/* "systemd:": the socket that systemd passed; also when it passed one that is bound to the path. */
	const char *path;
	mode_t mode;
	const char *group; /* a name or number; NULL: as the directory or process has it */
};

/* A sink for each reader that connects to a Unix socket, which is made, and removed at the end. */
int sink_create_socket(const struct sink_options *options,
		       const struct sink_socket_options *socket_options, struct sink **ret_sink,
		       struct error *err);

/* Whether anybody is there to take lines. */
bool sink_wants(const struct sink *sink);

struct sink_counts {
	size_t readers; /* now */
	uint64_t lost;	/* events, by readers, so far */
};

/* Adds a sink's readers to the counts. */
void sink_count(const struct sink *sink, struct sink_counts *counts);

/* Takes the lines, or loses and counts them. -EPIPE when nobody reads any more; errors of write(2). */
int sink_write(struct sink *sink, struct batch *batch);

/* At the end, until it returns 0 or patience ends: writes what can be written. Bytes still waiting. */
size_t sink_end(struct sink *sink);

/* Tells what is lost for good; negative when it is an error that the session should end with. */
int sink_conclude(struct sink *sink, struct error *err);

/* Frees the sink once the loop has closed its handles; run the loop after this. */
void sink_close(struct sink *sink);

#endif
