/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_OUTPUTS_H
#define GOHTTPSNOOP_CORE_OUTPUTS_H

#include <sys/types.h>

#include "error.h"
#include "event.h"
#include "notice.h"
#include "redaction.h"
#include "sink.h"

/*
 * Everything a session's events go to: standard output, a file, the readers of a socket. There is one
 * notation: a table on standard output, or JSON for all of them. An event is formatted once.
 */
struct outputs;

enum outputs_standard { OUTPUTS_NONE, OUTPUTS_TABLE, OUTPUTS_JSON };

/* The strings outlive the outputs. */
struct outputs_options {
	void *loop;			/* a uv_loop_t */
	enum outputs_standard standard; /* a table only if there is nothing else */
	const char *file;		/* to append to, or NULL */
	const char *socket;		/* path to serve, or NULL; see sink_create_socket() */
	mode_t socket_mode;
	const char *socket_group;	   /* or NULL */
	size_t reader_buffer;		   /* bytes that may wait for one reader */
	const char *version;		   /* of the tool, for readers */
	const struct redaction *redaction; /* of secrets; NULL: all is shown */
	/* Called from the loop when an output failed for good; -EPIPE: nobody reads any more. */
	void (*failed)(void *user, int error);
	void *user;
	struct notifier notifier; /* of what a person should know */
};

int outputs_open(const struct outputs_options *options, struct outputs **ret_outputs,
		 struct error *err);

/*
 * Formats the event and gives it to the sinks. The process of an ATTACH event is told to new readers
 * until its DETACH event. -EPIPE when nobody reads any more.
 */
int outputs_event(struct outputs *outputs, const struct event *event);

/* Writes what was gathered; to be called after each batch of events. */
int outputs_flush(struct outputs *outputs);

/* The readers of the socket, and what they lost. */
struct sink_counts outputs_count(const struct outputs *outputs);

/*
 * At the end: waits some seconds for readers to take what is left, less when a signal comes, and tells
 * what they did not. Negative when lines could not be written.
 */
int outputs_finish(struct outputs *outputs, struct error *err);

/* Frees them once the loop has closed their handles; run the loop after this. */
void outputs_close(struct outputs *outputs);

#endif
