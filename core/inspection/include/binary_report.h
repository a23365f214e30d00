/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_BINARY_REPORT_H
#define GOHTTPSNOOP_CORE_BINARY_REPORT_H

#include "report.h"
#include "survey.h"

/*
 * Writes what is known of a binary, and what can be traced in it, into the report: what one pastes
 * into a bug report. `survey` may be NULL where there is nothing to trace; `why` then says so.
 */
void binary_report(struct report *report, const char *path, const struct binary *binary,
		   const struct survey *survey, const struct error *why);

#endif
