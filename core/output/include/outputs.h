/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_OUTPUTS_H
#define GOHTTPSNOOP_CORE_OUTPUTS_H

#include <stdbool.h>
#include <sys/types.h>

#include "error.h"
#include "event.h"
#include "filter.h"
#include "format.h"
#include "notice.h"
#include "otlp_endpoint.h"
#include "sink.h"
#include "summary_input.h"

/*
 * All outputs of a session: standard output, a file, the readers of a socket, listeners
 * elsewhere, a receiver of OTLP. All of them get JSON,
 * or standard output alone gets a table or a summary. An event is formatted once, and once more for OTLP.
 */
struct outputs;

enum outputs_standard {
	OUTPUTS_NONE,
	OUTPUTS_TABLE,
	OUTPUTS_JSON,
	/* A summary of requests instead of events, whenever outputs_summarize() is called. */
	OUTPUTS_SUMMARY,
	OUTPUTS_SUMMARY_JSON,
	OUTPUTS_VIEW, /* nothing: `viewer` gets the requests */
};

/* Strings and endpoints must outlive the outputs. */
struct outputs_options {
	struct uv_loop_s *loop;
	enum outputs_standard standard; /* a table only without other outputs */
	const char *file;		/* path of the file to append to, or NULL */
	uint64_t file_size;		/* see struct sink_file_options; 0: it may grow */
	unsigned old_files;
	const char *socket; /* path of the socket, or NULL; see sink_create_socket() */
	mode_t socket_mode;
	const char *socket_group; /* or NULL */
	const struct endpoint *connections;
	size_t connection_count;	  /* at most SINK_MOST_CONNECTIONS */
	const struct otlp_endpoint *otlp; /* or NULL */
	size_t reader_buffer;		  /* limit on the bytes queued for one reader */
	const char *version;		  /* version of gohttpsnoop, for readers */
	bool otel; /* JSON has OpenTelemetry's names; not with summaries and views */
	struct format_options format; /* what it refers to outlives the outputs */
	summary_taker *viewer;	      /* for OUTPUTS_VIEW */
	void *viewer_user;
	struct filter_options filter; /* which requests and calls are shown */
	/* Called from the loop when an output failed permanently; -EPIPE: its reader has gone. */
	void (*failed)(void *user, int error);
	void *user;
	struct notifier notifier; /* receives messages for the user */
};

int outputs_open(const struct outputs_options *options, struct outputs **ret_outputs,
		 struct error *err);

/* What became of requests and calls. */
struct outputs_counts {
	uint64_t shown, filtered;
	uint64_t over_rate; /* lost, because there were too many in a second */
	uint64_t given_up;  /* lost, because too many lines were held */
};

/*
 * Formats the event and collects its line for the sinks, unless the filter decides otherwise. The process of an ATTACH event must be
 * valid until its DETACH event: it is listed for new readers until then. Returns -EPIPE if there is
 * no reader left.
 */
int outputs_event(struct outputs *outputs, const struct event *event);

/* What became of all events so far. What is still held when the outputs are finished was filtered. */
struct outputs_counts outputs_count_events(const struct outputs *outputs);

/* Writes a summary of what was shown since the last one to standard output. */
int outputs_summarize(struct outputs *outputs);

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
