/* SPDX-License-Identifier: MIT */
#include "held_lines.h"

#include <errno.h>
#include <stdlib.h>

enum { BUCKETS = 1 << 12 };

/* The lines of one request. It is in a list of its bucket, and in a list of all, the oldest first. */
struct held_request {
	uint64_t id;
	struct batch lines;
	struct held_request *next_in_bucket;
	struct held_request *older, *newer;
};

struct held_lines {
	size_t limit, size; /* bytes of memory */
	uint64_t count;
	struct held_request *oldest, *newest;
	struct held_request *buckets[BUCKETS];
};

int held_lines_create(size_t limit, struct held_lines **ret_held)
{
	struct held_lines *held = calloc(1, sizeof(*held));

	if (!held)
		return -ENOMEM;
	held->limit = limit;
	*ret_held = held;
	return 0;
}

/* Returns where the request is, or where the pointer to it would be. */
static struct held_request **held_place(struct held_lines *held, uint64_t id)
{
	struct held_request **place = &held->buckets[id % BUCKETS];

	while (*place && (*place)->id != id)
		place = &(*place)->next_in_bucket;
	return place;
}

static struct held_request *held_request_add(struct held_lines *held, uint64_t id)
{
	struct held_request **place = held_place(held, id);
	struct held_request *request = *place;

	if (request)
		return request;
	request = calloc(1, sizeof(*request));
	if (!request)
		return NULL;
	request->id = id;
	request->older = held->newest;
	if (held->newest)
		held->newest->newer = request;
	else
		held->oldest = request;
	held->newest = request;
	held->size += sizeof(*request);
	*place = request;
	return request;
}

/* Takes the request out of both lists. The caller releases it. */
static void held_request_remove(struct held_lines *held, struct held_request *request)
{
	*held_place(held, request->id) = request->next_in_bucket;
	if (request->older)
		request->older->newer = request->newer;
	else
		held->oldest = request->newer;
	if (request->newer)
		request->newer->older = request->older;
	else
		held->newest = request->older;
	held->size -= sizeof(*request) + request->lines.capacity;
	held->count -= request->lines.events;
}

/* Returns how many lines were given up. */
static int64_t give_up(struct held_lines *held, struct held_request *request)
{
	int64_t count = (int64_t)request->lines.events;

	held_request_remove(held, request);
	batch_finish(&request->lines);
	free(request);
	return count;
}

int64_t held_lines_add(struct held_lines *held, uint64_t id, struct bytes line)
{
	struct held_request *request = held_request_add(held, id);
	int64_t given_up = 0;
	size_t before;

	if (!request)
		return -ENOMEM;
	before = request->lines.capacity;
	if (batch_add(&request->lines, line, 1) < 0) {
		/* A request without lines would count as the oldest when it gets some later. */
		if (!request->lines.events)
			give_up(held, request);
		return -ENOMEM;
	}
	held->size += request->lines.capacity - before;
	held->count++;
	while (held->size > held->limit)
		given_up += give_up(held, held->oldest);
	return given_up;
}

uint64_t held_lines_take(struct held_lines *held, uint64_t id, struct batch *ret_lines)
{
	struct held_request *request = *held_place(held, id);

	*ret_lines = (struct batch){ 0 };
	if (!request)
		return 0;
	held_request_remove(held, request);
	*ret_lines = request->lines;
	free(request);
	return ret_lines->events;
}

uint64_t held_lines_count(const struct held_lines *held)
{
	return held->count;
}

void held_lines_destroy(struct held_lines *held)
{
	if (!held)
		return;
	while (held->oldest)
		give_up(held, held->oldest);
	free(held);
}
