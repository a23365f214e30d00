/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_FORMAT_H
#define GOHTTPSNOOP_CORE_FORMAT_H

#include <stdbool.h>

#include "bytes.h"
#include "event.h"
#include "origin.h"
#include "redaction.h"
#include "table_column.h"

/*
 * A format writes an event as one line: NDJSON (docs/events.md) or a row of a table. The line is
 * valid UTF-8 and has no control character but the newline at its end, whatever bytes the event's
 * strings contain. In a table, events other than requests and calls give an empty text.
 */
struct format;

struct format_options {
	/* Hides secrets in paths and queries; NULL: all are shown. It must outlive the format. */
	const struct redaction *redaction;
	/* Written to each line of JSON; NULL: nothing. It must outlive format_create_json(). */
	const struct origin *origin;
	/* Of a table: */
	bool links; /* it has a column by which rows are found that belong to the same request */
	bool colors;
	enum time_style time_style;
	struct table_columns columns; /* none: those that suit the events and the terminal */
};

int format_create_json(const struct format_options *options, struct format **ret_format);
/* The same events with the names of OpenTelemetry's semantic conventions, flat. */
int format_create_otel(const struct format_options *options, struct format **ret_format);
int format_create_table(const struct format_options *options, struct format **ret_format);
void format_destroy(struct format *format);

/* Says how many columns the terminal has: rows are cut, and columns left out. 0: it is none. JSON is not affected. */
void format_set_width(struct format *format, size_t width);

/*
 * Returns the headings of a table, with their newline, if the event is the first one with a row for which this is
 * called; otherwise an empty text. The rest is as for format_line().
 */
int format_heading(struct format *format, const struct event *event, struct bytes *ret_line);

/*
 * Returns the line including its newline, as a view that is valid until the next call; -ENOMEM if
 * memory ran out.
 */
int format_line(struct format *format, const struct event *event, struct bytes *ret_line);

/* The same for a line that is written later, or never: it is not the one before the next line. */
int format_held_line(struct format *format, const struct event *event, struct bytes *ret_line);

#endif
