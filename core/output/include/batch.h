/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_BATCH_H
#define GOHTTPSNOOP_CORE_BATCH_H

#include "bytes.h"

/*
 * Whole lines that are kept until they are written, shared by all sinks that still have to write
 * them.
 */
struct chunk {
	size_t references;
	size_t size;
	uint64_t events; /* see struct batch */
	uint8_t data[];
};

/* A copy of the lines; NULL if out of memory. */
struct chunk *chunk_create(struct bytes lines, uint64_t events);
void chunk_release(struct chunk *chunk);

/*
 * Whole lines for the sinks, collected in one reused buffer. Sinks that cannot write all of them at
 * once share one copy. A zeroed struct is ready for use.
 */
struct batch {
	uint8_t *data;
	size_t size, capacity;
	/*
	 * Requests and calls that the lines tell of, those they tell of as lost included. 0: lines that
	 * tell of none (attach, detach, hello), few and needed to understand the others.
	 */
	uint64_t events;
	struct chunk *chunk;
};

void batch_finish(struct batch *batch);

/* Appends a copy of the line; -ENOMEM. */
int batch_add(struct batch *batch, struct bytes line, uint64_t events);

/* Removes the lines and keeps the buffer. */
void batch_clear(struct batch *batch);

/* The lines as a chunk, with a reference for the caller; NULL if out of memory. */
struct chunk *batch_share(struct batch *batch);

#endif
