/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_OPTION_TABLE_H
#define GOHTTPSNOOP_CMD_OPTION_TABLE_H

#include <getopt.h>

#include "error.h"

/* The options that have no letter. */
enum {
	OPTION_MAX_STRING = 256,
	OPTION_RING_SIZE,
	OPTION_SOCKET_MODE,
	OPTION_SOCKET_GROUP,
	OPTION_READER_BUFFER,
	OPTION_LATENCY,
	OPTION_CAPTURE,
	OPTION_RESPONSE_HEADER,
	OPTION_SHOW_SECRETS,
	OPTION_REDACT,
	OPTION_BYTES,
	OPTION_MAX_ELEMENTS,
	OPTION_TYPES,
	OPTION_SIGNATURE,
	OPTION_ATTACH,
	OPTION_SIDE,
	OPTION_TRACE,
	OPTION_WITHIN,
	OPTION_PRESET,
	OPTION_LIST,
	OPTION_METHOD,
	OPTION_PATH,
	OPTION_ROUTE,
	OPTION_HOST,
	OPTION_STATUS,
	OPTION_MIN_DURATION,
	OPTION_WHERE,
	OPTION_SAMPLE,
	OPTION_MAX_RATE,
	OPTION_SUMMARY,
	OPTION_INTERVAL,
	OPTION_COLOR,
	OPTION_TIME,
	OPTION_FIELDS,
	OPTION_CONNECT,
	OPTION_FORMAT,
	OPTION_OUTPUT_SIZE,
	OPTION_OUTPUT_FILES,
	OPTION_LABEL,
	OPTION_NODE,
};

/* All options, as getopt_long() wants them. */
extern const struct option option_table[];
extern const char option_letters[];

/* -EINVAL: getopt_long() returned `result`, ':' or '?', for a word of `argv`. */
int option_table_fail(int result, char **argv, struct error *err);

#endif
