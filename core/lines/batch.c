/* SPDX-License-Identifier: MIT */
#include "batch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"

enum { FIRST_CAPACITY = 512 }; /* of many batches that hold a line each */

struct chunk *chunk_create(struct bytes lines, uint64_t events)
{
	struct chunk *chunk = malloc(sizeof(*chunk) + lines.size);

	if (!chunk)
		return NULL;
	*chunk = (struct chunk){ .references = 1, .size = lines.size, .events = events };
	memcpy(chunk->data, lines.data, lines.size);
	return chunk;
}

void chunk_release(struct chunk *chunk)
{
	if (chunk && --chunk->references == 0)
		free(chunk);
}

void batch_finish(struct batch *batch)
{
	batch_clear(batch);
	free(batch->data);
	*batch = (struct batch){ 0 };
}

int batch_add(struct batch *batch, struct bytes line, uint64_t events)
{
	uint8_t *data = array_reserve(batch->data, batch->size + line.size, FIRST_CAPACITY,
				      &batch->capacity);

	if (!data)
		return -ENOMEM;
	batch->data = data;
	memcpy(batch->data + batch->size, line.data, line.size);
	batch->size += line.size;
	batch->events += events;
	return 0;
}

void batch_clear(struct batch *batch)
{
	chunk_release(batch->chunk);
	batch->chunk = NULL;
	batch->size = 0;
	batch->events = 0;
}

struct chunk *batch_share(struct batch *batch)
{
	if (!batch->chunk)
		batch->chunk =
			chunk_create((struct bytes){ batch->data, batch->size }, batch->events);
	if (batch->chunk)
		batch->chunk->references++;
	return batch->chunk;
}
