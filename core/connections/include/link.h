/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_LINK_H
#define GOHTTPSNOOP_CORE_LINK_H

#include <stdbool.h>
#include <stddef.h>

struct uv_loop_s;

/*
 * A connection to a listener, which is written by its owner. What the listener sends is discarded. If it shuts down its
 * sending direction, it wants the connection to end: the link then shuts down its own, gives the listener time to take what was
 * written, and ends.
 */
struct link;

struct link_options {
	struct uv_loop_s *loop;
	bool is_tcp;
	/* The descriptor can be written. Called by the loop. */
	void (*room)(void *user);
	/* Nothing may be written any more; end() follows. */
	void (*leave)(void *user);
	/*
	 * The connection has ended: `error` is a negative errno, or 0 if the listener ended it. The last
	 * `unacknowledged` written bytes have not arrived. The owner closes the link.
	 */
	void (*end)(void *user, int error, size_t unacknowledged);
	void *user;
};

/* Takes ownership of the descriptor, also on failure. */
int link_open(const struct link_options *options, int descriptor, struct link **ret_link);

/* Says whether something is queued, and so whether room() is to be called. */
void link_watch(struct link *link, bool queued);

/*
 * How many of the written bytes the listener's side has not acknowledged. Over a Unix socket all have arrived as soon as they
 * are written.
 */
size_t link_unacknowledged(const struct link *link);

/* Continues without the loop, which no longer runs at the end of a session. */
void link_advance(struct link *link);

/* Frees the link after the loop has closed its handles; run the loop after this. Accepts NULL. */
void link_close(struct link *link);

#endif
