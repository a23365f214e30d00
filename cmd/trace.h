/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_TRACE_H
#define GOHTTPSNOOP_CMD_TRACE_H

#include "options.h"

/* Traces what the options name; returns the exit status. */
int trace(const struct options *options);

/* What the options ask to trace. Views into both, which outlive it. */
struct trace_spec trace_spec_of(const struct options *options, const struct redaction *redaction);

#endif
