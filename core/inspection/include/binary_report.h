/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_BINARY_REPORT_H
#define GOHTTPSNOOP_CORE_BINARY_REPORT_H

#include "probe_set.h"
#include "report.h"

/*
 * Writes what is known of a binary, and what can be traced in it, into the report: what one pastes
 * into a bug report. `probe set` may be NULL where there is nothing to trace; `why` then says so.
 */
void binary_report(struct report *report, const char *path, const struct binary *binary,
		   const struct probe_set *probe_set, const struct error *why);

#endif
