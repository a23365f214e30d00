/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_BINARY_REPORT_H
#define GOHTTPSNOOP_CORE_BINARY_REPORT_H

#include "probe_set.h"
#include "report.h"

/*
 * Writes into the report what is known about a binary and what can be traced in it, for bug reports. `probe_set` may
 * be NULL if there is nothing to trace; `why` is then the reason.
 */
void binary_report(struct report *report, const char *path, const struct binary *binary,
		   const struct probe_set *probe_set, const struct error *why);

#endif
