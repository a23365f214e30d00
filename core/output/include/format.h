/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_FORMAT_H
#define GOHTTPSNOOP_CORE_FORMAT_H

#include "bytes.h"
#include "event.h"
#include "redaction.h"

/*
 * A format writes an event as one line: NDJSON (docs/events.md) or a row of a table. For any bytes
 * in the event's strings the line is valid UTF-8, has one newline, at its end, and no other control
 * character. `redaction` hides secrets in paths and queries; NULL: all are shown. It must outlive
 * the format.
 */
struct format;

int format_create_json(const struct redaction *redaction, struct format **ret_format);
int format_create_table(const struct redaction *redaction, struct format **ret_format);
void format_destroy(struct format *format);

/*
 * The line including its newline; a view that is valid until the next call. Returns -ENOMEM if it
 * could not be made.
 */
int format_line(struct format *format, const struct event *event, struct bytes *ret_line);

#endif
