/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PLAN_REPORT_H
#define GOHTTPSNOOP_CORE_PLAN_REPORT_H

#include "probe_set.h"
#include "report.h"

/*
 * Writes what functions and their expressions compile to: each probe, its site, and its plan with one operation a
 * line. Refused probes are part of the report. -ENOENT or -EINVAL, with the reason, if all are refused.
 */
int plan_report(struct report *report, const char *path, const struct binary *binary,
		const struct trace_spec *spec, struct error *err);

#endif
