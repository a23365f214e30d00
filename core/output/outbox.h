/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_OUTBOX_H
#define GOHTTPSNOOP_CORE_OUTBOX_H

#include "batch.h"
#include "format.h"

/* How to write to a descriptor without ever waiting for its reader. */
enum outbox_way {
	OUTBOX_WRITE,	/* it is non-blocking and ours alone, or a file */
	OUTBOX_SEND,	/* a socket, whoever else has it */
	OUTBOX_CAREFUL, /* a pipe or terminal that blocks: no more at a time than there is room for */
};

struct outbox_options {
	int descriptor; /* stays the caller's */
	enum outbox_way way;
	size_t limit;		    /* bytes that may wait */
	struct format *lost_format; /* of the line that tells what was lost; NULL: there is none */
	const char *where;	    /* in that line */
};

/*
 * Lines towards one descriptor, up to a limit. Beyond it whole batches of lines are lost and counted,
 * until half of the room is free again; then a line tells how many. Lines that tell of no event
 * get some room above the limit, so that they are hardly ever lost. A line is never written in part
 * but for the end of everything: what was begun stands first in the queue.
 */
struct outbox {
	struct outbox_options options;
	struct chunk **chunks; /* a ring of `capacity`, a power of two */
	size_t first, count, capacity;
	size_t written; /* bytes of the first chunk */
	size_t waiting; /* bytes of all of them */
	uint64_t lost;	/* events, not told yet */
	uint64_t lost_total;
};

void outbox_init(struct outbox *outbox, const struct outbox_options *options);
void outbox_finish(struct outbox *outbox);

/*
 * Writes the batch, or keeps it, or counts it as lost. What could not be written because of an error
 * (as write(2) has them) waits as if there had been no room. -ENOMEM: a line was left unfinished.
 */
int outbox_put(struct outbox *outbox, struct batch *batch);

/* Writes what waits, as far as there is room. */
int outbox_write(struct outbox *outbox);

/* The same at the end of it all: what was lost is told now. */
int outbox_end(struct outbox *outbox);

/* Whether the descriptor may be exchanged for another: no line was written in part. */
bool outbox_between_lines(const struct outbox *outbox);

/* Events that were lost, and those that wait: they would be lost, too, without more writing. */
uint64_t outbox_lost(const struct outbox *outbox);

#endif
