/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_FORMAT_H
#define GOHTTPSNOOP_CORE_FORMAT_H

#include <stdbool.h>

#include "bytes.h"
#include "event.h"
#include "redaction.h"

/*
 * A format writes an event as one line: NDJSON (docs/events.md) or a row of a table. The line is
 * valid UTF-8 and has no control character but the newline at its end, whatever bytes the event's
 * strings contain. In a table, a line with the headings precedes the first row, and events other than
 * requests and calls give an empty text.
 */
struct format;

struct format_options {
	/* Hides secrets in paths and queries; NULL: all are shown. It must outlive the format. */
	const struct redaction *redaction;
	bool links; /* a table has a column by which rows are found that belong to the same request */
};

int format_create_json(const struct format_options *options, struct format **ret_format);
int format_create_table(const struct format_options *options, struct format **ret_format);
void format_destroy(struct format *format);

/*
 * Returns the line including its newline, as a view that is valid until the next call; -ENOMEM if
 * memory ran out.
 */
int format_line(struct format *format, const struct event *event, struct bytes *ret_line);

#endif
