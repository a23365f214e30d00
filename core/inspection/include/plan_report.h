/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PLAN_REPORT_H
#define GOHTTPSNOOP_CORE_PLAN_REPORT_H

#include "probe_set.h"
#include "report.h"

/*
 * Writes what functions and the expressions on them compile to: each probe, where it sits, and its plan,
 * an operation a line. Probes that are refused are part of the report; -ENOENT or -EINVAL, with the
 * reason, when there are no others.
 */
int plan_report(struct report *report, const char *path, const struct binary *binary,
		const struct trace_spec *spec, struct error *err);

#endif
