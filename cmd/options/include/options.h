/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_OPTIONS_H
#define GOHTTPSNOOP_CMD_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes_notation.h"
#include "declaration.h"
#include "endpoint.h"
#include "error.h"
#include "filter_option.h"
#include "function_request.h"
#include "kernel_attachment.h"
#include "option_value.h"
#include "origin.h"
#include "otlp_endpoint.h"
#include "redaction.h"
#include "request_captures.h"
#include "table_column.h"
#include "trace_spec.h"

enum {
	EXIT_USAGE = 2,	 /* beside EXIT_SUCCESS and EXIT_FAILURE */
	EXIT_PARTLY = 3, /* of `check`: requests can be traced, something else does not work */
	DEFAULT_MAX_STRING = 1024,
	DEFAULT_MAX_ELEMENTS = 8,
	MOST_ELEMENTS = 256,
	DEFAULT_MAX_FUNCTIONS = 64,
	MOST_FUNCTIONS = 10000,
	DEFAULT_RING_SIZE = 4 << 20,
	DEFAULT_SOCKET_MODE = 0600,
	DEFAULT_OUTPUT_FILES = 5,
};

/* The command line. Strings are views into argv, except those of `functions` and `declarations`. */
struct options {
	uint32_t *pids;
	size_t pid_count;
	const char **binaries;
	size_t binary_count;
	const char **names; /* globs */
	size_t name_count;
	uint16_t *ports;
	size_t port_count;
	bool all;
	struct function_request *functions;
	size_t function_count;
	struct declarations declarations; /* of --signature */
	bool latency;
	bool has_sides; /* --side was given */
	enum trace_sides sides;
	bool traces;	      /* --trace */
	bool within_requests; /* --within requests */
	const char **captures, **request_headers, **response_headers;
	size_t capture_count, request_header_count, response_header_count;
	struct request_captures requests; /* the same, parsed */
	bool shows_secrets;
	const char **redacted; /* globs */
	size_t redacted_count;
	enum bytes_notation notation;
	uint16_t max_elements;
	size_t max_functions;	      /* of one pattern */
	struct conditions conditions; /* of what is shown */
	uint64_t sample, max_rate;    /* 0: all are shown */
	bool top;		      /* the subcommand */
	bool summary;	   /* --summary: of requests instead of events on standard output */
	uint64_t interval; /* of summaries, milliseconds; 0: at the end only */
	bool list;	   /* --list: print which processes would be traced, and end */
	enum option_color color;
	enum time_style time_style;
	struct table_columns columns; /* --fields */
	bool json;
	bool has_format; /* --format was given */
	enum option_format format;
	const char *output;    /* file, or NULL */
	uint64_t output_size;  /* bytes; 0: no limit */
	uint32_t output_files; /* 0: not given */
	const char *socket;    /* path or "systemd:", or NULL */
	bool socket_rights;    /* mode or group was given */
	uint32_t socket_mode;
	const char *socket_group;     /* or NULL */
	struct endpoint *connections; /* --connect */
	size_t connection_count;
	struct otlp_endpoint otlp; /* --otlp; its text is NULL if it was not given */
	struct origin origin;	   /* --node, --label */
	uint32_t reader_buffer;	   /* bytes */
	uint64_t count;
	uint64_t duration;   /* milliseconds */
	uint32_t max_string; /* bytes */
	const char *types;   /* file, or NULL */
	uint32_t ring_size;  /* bytes, a power of two */
	enum kernel_attachment attachment;
	int verbosity; /* -1 quiet, 0, 1 verbose */
	bool help, version;
};

#endif
