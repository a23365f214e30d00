/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_BATCH_H
#define GOHTTPSNOOP_CORE_BATCH_H

#include "bytes.h"

/* Whole lines that are kept until every sink that references the chunk has written them. */
struct chunk {
	size_t references;
	size_t size;
	uint64_t events; /* see struct batch */
	uint8_t data[];
};

/* Returns a copy of the lines with one reference; NULL if out of memory. */
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
	 * The number of requests and calls that the lines report, including those reported as lost. 0:
	 * lines about targets (attach, detach, hello), which are few and needed to understand the others.
	 */
	uint64_t events;
	struct chunk *chunk;
};

/* Frees the buffer and releases the chunk. */
void batch_finish(struct batch *batch);

/* Appends a copy of the line; -ENOMEM. */
int batch_add(struct batch *batch, struct bytes line, uint64_t events);

/* Removes the lines and keeps the buffer. */
void batch_clear(struct batch *batch);

/* Returns the lines as a chunk, with a reference that the caller releases; NULL if out of memory. */
struct chunk *batch_share(struct batch *batch);

#endif
