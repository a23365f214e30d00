/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PROTOCOL_H
#define GOHTTPSNOOP_CORE_PROTOCOL_H

#include "hit.h"
#include "library.h"
#include "probe.h"

/* What a binary no longer shows when its compiler inlined a call (profile-guided optimisation does). */
struct protocol_limitation {
	const struct expected_call *call;
	const char *unseen; /* "HTTP/1 requests" */
	bool hides_ends;    /* that a request is still open then says nothing about its handler */
};

/*
 * A protocol is a table: which functions mark a request's start and end, and what to capture there
 * (hit_field.h). A binary needs not have all of the functions. Protocols of one server belong together: a
 * request may begin by a function of one and end by a function of another, so a binary has nothing to trace
 * of the server unless they have a start and an end between them.
 */
struct protocol {
	const char *server;	       /* the import path of its package: "net/http" */
	const struct library *library; /* its version, copies and layouts */
	const char *manner; /* how its requests come, for sentences about them: "over HTTP/1" */
	const struct probe_request *probes;
	size_t probe_count;
	const struct protocol_limitation *limitations;
	size_t limitation_count;
	/* Makes keys of events of what was captured, where the library notes it in ways of its own; or NULL. */
	void (*complete)(struct hit *hit);
};

#endif
