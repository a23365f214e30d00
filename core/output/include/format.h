/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_FORMAT_H
#define GOHTTPSNOOP_CORE_FORMAT_H

#include "bytes.h"
#include "event.h"
#include "redaction.h"

/*
 * A format makes one line of an event: NDJSON (docs/events.md) or a table for people. Whatever bytes
 * the event's texts hold, the line is valid UTF-8, holds one newline, at its end, and no control.
 * `redaction`: of the secrets in paths and queries; NULL: they are shown. It outlives the format.
 */
struct format;

int format_create_json(const struct redaction *redaction, struct format **ret_format);
int format_create_table(const struct redaction *redaction, struct format **ret_format);
void format_destroy(struct format *format);

/* The line, newline included; a view that lives until the next call. -ENOMEM when it could not be made. */
int format_line(struct format *format, const struct event *event, struct bytes *ret_line);

#endif
