/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PROTOCOL_H
#define GOHTTPSNOOP_CORE_PROTOCOL_H

#include "hit.h"
#include "library.h"
#include "probe.h"

/* What the traced program does with a request. */
enum side { SIDE_SERVER, SIDE_CLIENT };

/* What cannot be observed in a binary whose compiler inlined a call (by profile-guided optimisation). */
struct protocol_limitation {
	const struct expected_call *call;
	const char *unseen; /* "HTTP/1 requests" */
	bool hides_ends;    /* an open request then does not mean that its handler panicked */
};

/*
 * A protocol is a table: which functions mark the start and the end of a request, and what to capture there
 * (hit_field.h). A binary need not have all of the functions. Protocols of one server belong together: a request may
 * begin in a function of one protocol and end in a function of another, so a server is only traced if its protocols
 * together have a start and an end in the binary. A client's request is a call of a function until it returns. A row of
 * the role ROUTE is of a router that chose a handler, or of a client that chose a connection, whose other end is the peer.
 */
struct protocol {
	enum side side;
	/* SERVER: the import path of its package: "net/http"; CLIENT: a name that no other protocol has */
	const char *server;
	const char *name; /* of the library, as the key "library" of events says it: "x/net/http2" */
	const char *protocol; /* the key "protocol": "gRPC"; NULL: HTTP and the request's version */
	const struct library *library; /* its version, copies and layouts */
	const char *manner;	       /* how its requests are sent, for messages: "over HTTP/1" */
	const struct probe_request *probes;
	size_t probe_count;
	const struct protocol_limitation *limitations;
	size_t limitation_count;
	/* Computes values from captured ones if the library stores them in its own way; or NULL. */
	void (*complete)(struct hit *hit);
	/*
	 * A request that is still open when its goroutine ends is canceled: its client had gone, so that the server did
	 * not end it in another way.
	 */
	bool goroutine_ends_requests;
	/*
	 * SERVER: a router's choice is observed when its handler has returned: one that was observed since the router began
	 * is of a router within it. The begin is a row of the role ROUTE without a route.
	 */
	bool chooses_late;
	/* CLIENT: */
	const char *
		error; /* the expression of the error that is returned: "error=ret1"; NULL: it is not shown */
	bool ends_later; /* if no error is returned, the request is open until its END, which has the KEY of the RETURN */
	/* A request ends at its END, on the goroutine that makes it, where the header of the response is known. */
	bool ends_at_header;
	bool carries; /* within another request that the goroutine makes, it is that one */
};

#endif
