/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_TRACE_H
#define GOHTTPSNOOP_CMD_TRACE_H

#include "options.h"
#include "session.h"

/* Traces what the options name; returns the exit status. */
int trace(const struct options *options);

/* The same; the view gets the requests, instead of standard output. */
int trace_with_view(const struct options *options, const struct session_view *view);

/* What the options ask to trace. Views into both, which outlive it. */
struct trace_spec trace_spec_of(const struct options *options, const struct redaction *redaction);

#endif
