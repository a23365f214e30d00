/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_OUTPUTS_H
#define GOHTTPSNOOP_CORE_OUTPUTS_H

#include <stdbool.h>
#include <sys/types.h>

#include "error.h"
#include "event.h"
#include "notice.h"
#include "redaction.h"
#include "sink.h"

/*
 * All outputs of a session: standard output, a file, the readers of a socket. All of them get JSON,
 * or standard output alone gets a table. An event is formatted once.
 */
struct outputs;

enum outputs_standard { OUTPUTS_NONE, OUTPUTS_TABLE, OUTPUTS_JSON };

/* The strings must outlive the outputs. */
struct outputs_options {
	struct uv_loop_s *loop;
	enum outputs_standard standard; /* a table only without other outputs */
	const char *file;		/* path of the file to append to, or NULL */
	const char *socket;		/* path of the socket, or NULL; see sink_create_socket() */
	mode_t socket_mode;
	const char *socket_group;	   /* or NULL */
	size_t reader_buffer;		   /* limit on the bytes queued for one reader */
	const char *version;		   /* version of gohttpsnoop, for readers */
	const struct redaction *redaction; /* hides secrets; NULL: all are shown */
	bool links;			   /* see format.h */
	/* Called from the loop when an output failed permanently; -EPIPE: its reader has gone. */
	void (*failed)(void *user, int error);
	void *user;
	struct notifier notifier; /* receives messages for the user */
};

int outputs_open(const struct outputs_options *options, struct outputs **ret_outputs,
		 struct error *err);

/*
 * Formats the event and collects its line for the sinks. The process of an ATTACH event must be
 * valid until its DETACH event: it is listed for new readers until then. Returns -EPIPE if there is
 * no reader left.
 */
int outputs_event(struct outputs *outputs, const struct event *event);

/* Writes the collected lines; must be called after each batch of events. */
int outputs_flush(struct outputs *outputs);

/* The number of readers of the socket, and of the events that they lost. */
struct sink_counts outputs_count(const struct outputs *outputs);

/*
 * Waits up to some seconds for readers to take the queued lines, until a signal comes, and reports
 * the lines that they did not take. Returns a negative errno if lines could not be written.
 */
int outputs_finish(struct outputs *outputs, struct error *err);

/* Frees the outputs after the loop has closed their handles; run the loop after this. */
void outputs_close(struct outputs *outputs);

#endif
