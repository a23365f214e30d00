/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_OUTLET_H
#define GOHTTPSNOOP_CORE_OUTLET_H

#include "batch.h"
#include "format.h"

struct uv_loop_s;

/* An outbox on a libuv loop: what waits is written when its reader has made room. */
struct outlet;

struct outlet_options {
	struct uv_loop_s *loop;
	size_t limit;
	struct format *lost_format; /* see struct outbox_options; it outlives the outlet */
	/* Its reader is gone (-EPIPE, -ECONNRESET), or it cannot be written. Told from the loop only. */
	void (*failed)(void *user, int error);
	void *user;
};

/*
 * An outlet on a descriptor that others have, too, such as standard output, and whose flags are
 * theirs. It stays the caller's.
 */
int outlet_open_shared(const struct outlet_options *options, int descriptor,
		       struct outlet **ret_outlet);

/* An outlet on a connected socket, which it closes, also on failure. Its reader is noticed when it goes. */
int outlet_open_socket(const struct outlet_options *options, int descriptor,
		       struct outlet **ret_outlet);

/* An outlet on a non-blocking pipe or terminal, which it closes, also on failure. */
int outlet_open_pipe(const struct outlet_options *options, int descriptor,
		     struct outlet **ret_outlet);

/* Gives it lines. Errors as outbox_put() has them; close the outlet then. */
int outlet_put(struct outlet *outlet, struct batch *batch);

/* At the end: writes what can be written, and says how many bytes still wait. */
size_t outlet_end(struct outlet *outlet);

/* Events that were lost, or would be if it were closed now. */
uint64_t outlet_lost(const struct outlet *outlet);

/* Events that were lost, without those that wait. */
uint64_t outlet_lost_so_far(const struct outlet *outlet);

/* Frees it once the loop has closed its handle; run the loop after this. */
void outlet_close(struct outlet *outlet);

#endif
