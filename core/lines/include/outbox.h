/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_OUTBOX_H
#define GOHTTPSNOOP_CORE_OUTBOX_H

#include <stdbool.h>

#include "batch.h"
#include "format.h"

/* How to write to a descriptor without waiting for its reader. */
enum outbox_way {
	OUTBOX_WRITE,	/* a descriptor that is non-blocking and not shared, or a file */
	OUTBOX_SEND,	/* a socket, also a shared one */
	OUTBOX_CAREFUL, /* a pipe or terminal that blocks: only as much is written as fits */
};

struct outbox_options {
	int descriptor; /* owned by the caller; -1: lines are only queued */
	enum outbox_way way;
	size_t limit;		    /* bytes that may be queued */
	struct format *lost_format; /* for the line about lost lines; NULL: there is none */
	const char *where;	    /* the place of the loss in that line */
	/*
	 * Written lines are kept until outbox_acknowledge(), and those that nobody acknowledged are written to the next
	 * descriptor again.
	 */
	bool resends;
};

/*
 * Queued lines for one descriptor, up to a limit. Beyond it whole batches of lines are lost and counted,
 * until half of the room is free again; then a line reports the number. Lines that report no request and no
 * call get some room above the limit, so that they are rarely lost. A line is never left incomplete, except
 * at the very end: the rest of a partly written line is first in the queue.
 */
struct outbox {
	struct outbox_options options;
	struct chunk **chunks; /* a ring of `capacity`, a power of two */
	size_t first, count, capacity;
	size_t written; /* bytes of the first chunk that were written */
	size_t waiting; /* bytes of all chunks that are not written yet */
	/* Wholly written chunks, before the first one in the ring; only with `resends`. */
	size_t kept, kept_size;
	const struct chunk
		*greeting; /* of this descriptor; compared only. NULL: it was acknowledged */
	uint64_t lost;	   /* lost events that were not reported yet */
	uint64_t lost_total;
};

void outbox_init(struct outbox *outbox, const struct outbox_options *options);
void outbox_finish(struct outbox *outbox);

/*
 * Writes the batch, queues it, or counts it as lost. If write(2) fails, the lines are queued as if there were
 * no room, and the error is returned. -ENOMEM: a line was left incomplete.
 */
int outbox_put(struct outbox *outbox, struct batch *batch);

/* Writes queued lines until the descriptor accepts no more. */
int outbox_write(struct outbox *outbox);

/* The same at the end of a session: lost events are reported even if the queue is long. */
int outbox_end(struct outbox *outbox);

/*
 * Continues with another descriptor, to which the lines of the greeting are written first; -ENOMEM. The outbox must have
 * none.
 */
int outbox_connect(struct outbox *outbox, int descriptor, const struct batch *greeting);

/* Releases what was kept, except the last `unacknowledged` bytes that were written. */
void outbox_acknowledge(struct outbox *outbox, size_t unacknowledged);

/*
 * The descriptor is gone, and with it the last `unacknowledged` bytes. The lines of which they are a part are queued again,
 * also a line that was partly written, but not the greeting.
 */
void outbox_disconnect(struct outbox *outbox, size_t unacknowledged);

/* Returns whether the descriptor may be replaced by another one, because no line is partly written. */
bool outbox_between_lines(const struct outbox *outbox);

/* Returns the number of lost events plus queued events, which are lost if they are never written. */
uint64_t outbox_lost(const struct outbox *outbox);

#endif
