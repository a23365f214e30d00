/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_EVENT_H
#define GOHTTPSNOOP_CORE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "presence.h"
#include "process_identity.h"
#include "traceparent.h"

enum event_type {
	EVENT_REQUEST,
	EVENT_CLIENT,
	EVENT_CALL,
	EVENT_LOST,
	EVENT_ATTACH,
	EVENT_DETACH,
	EVENT_HELLO,
};

/*
 * The version of the event format. It is increased by changes after which existing readers would no
 * longer understand the events.
 */
enum { EVENT_SCHEMA = 2 };

enum outcome {
	OUTCOME_OK,
	OUTCOME_ERROR,
	OUTCOME_PANIC,
	OUTCOME_HIJACKED,
	OUTCOME_CANCELED,
	OUTCOME_EXITED,
	OUTCOME_UNKNOWN,
	OUTCOME_OPEN,
};

/* How the request was found that the program was serving when it made another one. */
enum link_by {
	LINK_NONE,
	LINK_CONTEXT,	/* by the context that was passed */
	LINK_GOROUTINE, /* by the goroutine */
	LINK_PARENT, /* by the goroutine that had started this one, which may serve another request by now */
};

struct hit_arguments; /* decode.h */

/* An event. CLIENT is a request that the program makes. Which members are valid depends on `type`; docs/events.md describes each. */
struct event {
	enum event_type type;
	int64_t time;				/* nanoseconds since the epoch */
	const struct process_identity *process; /* NULL for LOST, HELLO */
	uint32_t tid;				/* REQUEST, CALL */
	struct integer goid;
	uint64_t id;		  /* REQUEST; 0: it has none */
	uint64_t within;	  /* CLIENT: the id of the request that was served meanwhile */
	enum link_by within_by;	  /* NONE: `within` is not known */
	struct traceparent trace; /* REQUEST: the span is the client's; CLIENT: its own */
	/*
	 * NULL: it is not known. CLIENT, CALL: the trace of `within`. REQUEST without a trace of its own: that of the first one
	 * among those made for it that have one.
	 */
	const struct trace_copy *linked_trace;
	const char *function; /* CALL */
	/* CALL, REQUEST: the captures at the start, or those of the only record; NULL if there are none. */
	const struct hit_arguments *arguments;
	bool among_requests; /* CALL: requests are traced, too */
	bool awaits_return;  /* CALL: the return was probed, so the call has an outcome */
	/* CALL, REQUEST: the captures at the end, or NULL. If a call returned at once, as `arguments`. */
	const struct hit_arguments *results;

	struct text method, path, query, route, host, remote;
	struct text scheme;   /* CLIENT: of the URL */
	const char *library;  /* REQUEST: which one serves it */
	const char *protocol; /* NULL: HTTP of the version that follows */
	struct integer protocol_major, protocol_minor;
	struct integer tls; /* pointer to the TLS state of the request; nil without TLS */
	struct integer status, duration, request_bytes, response_bytes;
	struct integer grpc_status; /* REQUEST: of a gRPC call */
	/* REQUEST: how many requests were made for it, and how long at least one was open; ABSENT: they are not linked */
	struct integer client_count, client_duration;
	enum outcome outcome; /* REQUEST, and CALL if its return was probed */

	uint64_t count; /* LOST */
	const char *where;

	const char *version; /* HELLO: the version of gohttpsnoop */
	const struct process_identity *const *targets;
	size_t target_count;
};

#endif
