/* SPDX-License-Identifier: MIT */
#include "otel_severity.h"

#include <stdbool.h>

static enum otel_severity worse(enum otel_severity a, enum otel_severity b)
{
	return a > b ? a : b;
}

/* What is the fault of the client is an error for the client alone, as for spans. */
static enum otel_severity severity_of_status(const struct integer *status, bool is_client)
{
	if (status->presence != PRESENT || status->value < 400)
		return OTEL_INFO;
	return status->value >= 500 || is_client ? OTEL_ERROR : OTEL_WARN;
}

/* The codes that say that a server failed: UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS. */
static bool is_fault_of_server(int64_t code)
{
	return code == 2 || code == 4 || (code >= 12 && code <= 15);
}

static enum otel_severity severity_of_rpc(const struct integer *code, bool is_client)
{
	if (code->presence != PRESENT || code->value == 0)
		return OTEL_INFO;
	return is_fault_of_server(code->value) || is_client ? OTEL_ERROR : OTEL_WARN;
}

static enum otel_severity severity_of_outcome(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_ERROR:
	case OUTCOME_PANIC:
	case OUTCOME_EXITED:
		return OTEL_ERROR;
	case OUTCOME_CANCELED:
	case OUTCOME_UNKNOWN:
		return OTEL_WARN;
	default:
		return OTEL_INFO;
	}
}

enum otel_severity otel_severity_of(const struct event *event)
{
	bool is_client = event->type == EVENT_CLIENT;

	switch (event->type) {
	case EVENT_REQUEST:
	case EVENT_CLIENT:
		return worse(worse(severity_of_status(&event->status, is_client),
				   severity_of_rpc(&event->grpc_status, is_client)),
			     severity_of_outcome(event->outcome));
	case EVENT_CALL:
		return event->awaits_return ? severity_of_outcome(event->outcome) : OTEL_INFO;
	case EVENT_LOST:
		return OTEL_WARN;
	default:
		return OTEL_INFO;
	}
}

const char *otel_severity_text(enum otel_severity severity)
{
	return severity == OTEL_ERROR ? "ERROR" : severity == OTEL_WARN ? "WARN" : "INFO";
}
