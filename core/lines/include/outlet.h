/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_OUTLET_H
#define GOHTTPSNOOP_CORE_OUTLET_H

#include "batch.h"
#include "format.h"

struct uv_loop_s;

/* An outbox on a libuv loop: queued lines are written when there is room. */
struct outlet;

struct outlet_options {
	struct uv_loop_s *loop;
	size_t limit;
	struct format *lost_format; /* see struct outbox_options; it outlives the outlet */
	/*
	 * Called from the loop when the reader has disconnected (-EPIPE, -ECONNRESET) or the descriptor cannot be
	 * written.
	 */
	void (*failed)(void *user, int error);
	void *user;
};

/*
 * Opens an outlet on a descriptor that is shared with other processes, such as standard output. Its flags are not
 * changed. The caller keeps the descriptor.
 */
int outlet_open_shared(const struct outlet_options *options, int descriptor,
		       struct outlet **ret_outlet);

/*
 * Opens an outlet on a connected socket, and takes ownership of it, also on failure. The outlet notices when the
 * reader disconnects.
 */
int outlet_open_socket(const struct outlet_options *options, int descriptor,
		       struct outlet **ret_outlet);

/* Opens an outlet on a non-blocking pipe or terminal, and takes ownership of it, also on failure. */
int outlet_open_pipe(const struct outlet_options *options, int descriptor,
		     struct outlet **ret_outlet);

/* Writes or queues lines. Close the outlet after an error (see outbox_put()). */
int outlet_put(struct outlet *outlet, struct batch *batch);

/* At the end: writes what can be written, and returns the number of bytes that are still queued. */
size_t outlet_end(struct outlet *outlet);

/* The number of lost events, with those that would be lost if the outlet were closed now. */
uint64_t outlet_lost(const struct outlet *outlet);

/* The number of lost events, without queued ones. */
uint64_t outlet_lost_so_far(const struct outlet *outlet);

/* Frees the outlet after the loop has closed its handle; run the loop after this. */
void outlet_close(struct outlet *outlet);

#endif
