/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_DIAGNOSTIC_H
#define GOHTTPSNOOP_CMD_DIAGNOSTIC_H

#include "error.h"
#include "notice.h"

/* Prints "gohttpsnoop: subject: what (hint)" on standard error. */
void diagnostic_error(const struct error *err);

/* Prints "gohttpsnoop: text" on standard error. The text must be safe to print. */
void diagnostic_text(const char *text);

/*
 * Receives the notices of core/: shows those that this verbosity (-1 quiet, 0, 1 verbose) asks for. `verbosity` outlives
 * the notifier.
 */
struct notifier diagnostic_notifier(const int *verbosity);

#endif
