/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_TRACE_H
#define GOHTTPSNOOP_CMD_TRACE_H

#include "options.h"

/* Traces what the options name; returns the exit status. */
int trace(const struct options *options);

#endif
