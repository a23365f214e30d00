/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_EVENT_H
#define GOHTTPSNOOP_CORE_EVENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum event_type {
	EVENT_REQUEST,
	EVENT_CALL,
	EVENT_LOST,
	EVENT_ATTACH,
	EVENT_DETACH,
	EVENT_HELLO,
};

/* Of the events' form; it grows when a reader could no longer understand them. */
enum { EVENT_SCHEMA = 1 };

enum outcome {
	OUTCOME_OK,
	OUTCOME_PANIC,
	OUTCOME_HIJACKED,
	OUTCOME_EXITED,
	OUTCOME_UNKNOWN,
	OUTCOME_OPEN,
};

/* A value is left out, known, or known to be unreadable (`null`). */
enum presence { ABSENT, PRESENT, UNREADABLE };

struct integer {
	enum presence presence;
	int64_t value;
};

/* Any bytes whatever: they come from the traced process. Views; the event owns nothing. */
struct text {
	enum presence presence;
	const char *data;
	uint32_t size;	 /* bytes at `data` */
	uint64_t length; /* bytes the string has; more than `size` when it was cut */
};

struct hit_arguments; /* decode.h */

/* The process an event is about. */
struct process_identity {
	uint32_t pid;
	char comm[16];
	const char *exe;
	const char *library;   /* that has its Go code; NULL: `exe` has it */
	const char *container; /* its id; NULL: it runs in none */
	const char *go_version;
	const char *convention; /* "stack" or "register" */
	const char *const *unseen; /* of the requests it handles, in words */
	size_t unseen_count;
};

/* Something to tell. Which members count depends on `type`; docs/events.md describes each. */
struct event {
	enum event_type type;
	int64_t time; /* nanoseconds since the epoch */
	const struct process_identity *process; /* NULL for LOST, HELLO */
	uint32_t tid;			   /* REQUEST, CALL */
	struct integer goid;
	const char *function; /* CALL */
	const struct hit_arguments *arguments; /* CALL, REQUEST: what was asked to be captured; or NULL */
	bool awaits_return;		       /* CALL: its return was probed; it has an outcome */
	const struct hit_arguments *results;   /* CALL, REQUEST: the same where it ended; or NULL. Of a
						* call that returned at once they are the arguments */

	struct text method, path, query, route, host, remote;
	struct integer protocol_major, protocol_minor;
	struct integer tls; /* the request's TLS state: a pointer, nil without TLS */
	struct integer status, duration, request_bytes, response_bytes;
	enum outcome outcome; /* REQUEST, and CALL where its return was probed */

	uint64_t count; /* LOST */
	const char *where;

	const char *version; /* HELLO: of the tool */
	const struct process_identity *const *targets;
	size_t target_count;
};

#endif
