/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SESSION_OPTIONS_H
#define GOHTTPSNOOP_CORE_SESSION_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "endpoint.h"
#include "filter.h"
#include "format.h"
#include "kernel_attachment.h"
#include "notice.h"
#include "otlp_endpoint.h"
#include "summary_input.h"
#include "trace_spec.h"

/* What the user asks of a session (session.h). */

enum session_output {
	SESSION_OUTPUT_NONE,
	SESSION_OUTPUT_TABLE,
	SESSION_OUTPUT_JSON,
	SESSION_OUTPUT_SUMMARY, /* a table of the requests that were made, at the end */
	SESSION_OUTPUT_SUMMARY_JSON,
	SESSION_OUTPUT_VIEW, /* nothing: the view shows the requests */
};

struct session_summary {
	uint64_t events, filtered, lost;
	bool has_filter;  /* something may have been filtered */
	size_t targets;	  /* traced in all */
	bool interrupted; /* ended by a signal */
};

/* Who shows requests while the session runs. */
struct session_view {
	summary_taker *take; /* gets each request that is shown */
	/* Called each `interval`, with what happened so far; false ends the session. */
	bool (*tick)(void *user, const struct session_summary *so_far);
	/* Called when standard input can be read; false ends the session. NULL: it is not read. */
	bool (*read_input)(void *user);
	void *user;
};

struct session_options {
	const struct trace_spec *spec; /* what to trace; outlives the session */
	const char *const *names;      /* globs of processes to trace, see discovery.h */
	size_t name_count;
	const uint16_t *ports;
	size_t port_count;
	bool all;
	bool watches_binaries;	    /* session_add_binary() will be called */
	enum session_output output; /* on standard output; a table only if there is nothing else */
	const char *output_file;    /* to append JSON to, or NULL */
	uint64_t output_size;	    /* it is renamed before it is larger; 0: never */
	unsigned output_files;	    /* how many renamed ones are kept */
	const char *socket;	    /* to serve JSON on, or NULL; see sink_create_socket() */
	uint32_t socket_mode;
	const char *socket_group;	    /* or NULL */
	const struct endpoint *connections; /* to send JSON to */
	size_t connection_count;	    /* at most SINK_MOST_CONNECTIONS */
	const struct otlp_endpoint *otlp;   /* to send spans and metrics to, or NULL */
	uint32_t reader_buffer;		    /* bytes that may wait for one reader */
	const char *version;		    /* of the tool, for readers */
	bool otel; /* JSON has OpenTelemetry's names; not with summaries and views */
	struct format_options format; /* what it refers to outlives the session */
	struct session_view view;     /* for SESSION_OUTPUT_VIEW */
	struct filter_options
		filter; /* which requests and calls are shown; its conditions outlive the session */
	uint64_t count; /* stop after so many requests or calls; 0: never */
	uint64_t duration;  /* stop after so many milliseconds; 0: never */
	uint64_t interval;  /* a summary each so many milliseconds; 0: at the end only */
	const char *types;  /* file with the DWARF of what is traced, or NULL */
	uint32_t ring_size; /* bytes */
	enum kernel_attachment attachment;
	struct notifier notifier;
};

#endif
