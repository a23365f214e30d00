/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_OTEL_SEVERITY_H
#define GOHTTPSNOOP_CORE_OTEL_SEVERITY_H

#include "event.h"

/* Severities of OpenTelemetry's logs, by their numbers. */
enum otel_severity {
	OTEL_INFO = 9,
	OTEL_WARN = 13,
	OTEL_ERROR = 17,
};

/* How bad it is what an event reports; docs/events.md has the rules. */
enum otel_severity otel_severity_of(const struct event *event);
const char *otel_severity_text(enum otel_severity severity);

#endif
