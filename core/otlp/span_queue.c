/* SPDX-License-Identifier: MIT */
#include "span_queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
	MOST_SPANS = 2048,    /* in one request */
	MOST_BYTES = 2 << 20, /* the same */
};

/* A resource, for as long as spans of it are queued. */
struct span_resource {
	struct span_resource *next;
	uint64_t spans;
	bool is_written; /* in the text that is made now */
	size_t size;
	char text[];
};

struct queued_span {
	struct queued_span *next;
	struct span_resource *resource;
	size_t size;
	char text[];
};

struct span_queue {
	size_t limit;
	struct span_resource *resources; /* the last one that was used comes first */
	struct queued_span *first, **end;
	uint64_t count;
	size_t bytes, taken_bytes;
};

int span_queue_create(size_t limit, struct span_queue **ret_queue)
{
	struct span_queue *queue = calloc(1, sizeof(*queue));

	if (!queue)
		return -ENOMEM;
	queue->limit = limit;
	queue->end = &queue->first;
	*ret_queue = queue;
	return 0;
}

void span_queue_destroy(struct span_queue *queue)
{
	if (!queue)
		return;
	while (queue->first) {
		struct queued_span *span = queue->first;

		queue->first = span->next;
		free(span);
	}
	while (queue->resources) {
		struct span_resource *resource = queue->resources;

		queue->resources = resource->next;
		free(resource);
	}
	free(queue);
}

uint64_t span_queue_count(const struct span_queue *queue)
{
	return queue->count;
}

size_t span_queue_bytes(const struct span_queue *queue)
{
	return queue->bytes;
}

/* ---- adding ---- */

/* Finds the resource, and moves it to the front. */
static struct span_resource *find_resource(struct span_queue *queue, struct bytes text)
{
	for (struct span_resource **at = &queue->resources; *at; at = &(*at)->next) {
		struct span_resource *resource = *at;
		struct bytes own = { (const uint8_t *)resource->text, resource->size };

		if (!bytes_equal(own, text))
			continue;
		*at = resource->next;
		resource->next = queue->resources;
		queue->resources = resource;
		return resource;
	}
	return NULL;
}

static struct span_resource *add_resource(struct span_queue *queue, struct bytes text)
{
	struct span_resource *resource = calloc(1, sizeof(*resource) + text.size);

	if (!resource)
		return NULL;
	bytes_copy(resource->text, text);
	resource->size = text.size;
	resource->next = queue->resources;
	queue->resources = resource;
	queue->bytes += sizeof(*resource) + text.size;
	return resource;
}

static void remove_unused_resources(struct span_queue *queue)
{
	for (struct span_resource **at = &queue->resources; *at;) {
		struct span_resource *resource = *at;

		if (resource->spans) {
			at = &resource->next;
			continue;
		}
		*at = resource->next;
		queue->bytes -= sizeof(*resource) + resource->size;
		free(resource);
	}
}

int span_queue_add(struct span_queue *queue, struct bytes resource_text, struct bytes text)
{
	size_t size = sizeof(struct queued_span) + text.size;
	struct span_resource *resource = find_resource(queue, resource_text);
	struct queued_span *span;

	if (!resource)
		size += sizeof(*resource) + resource_text.size;
	if (queue->bytes + queue->taken_bytes + size > queue->limit)
		return 1;
	span = malloc(sizeof(*span) + text.size);
	if (!resource && span)
		resource = add_resource(queue, resource_text);
	if (!span || !resource) {
		free(span);
		return -ENOMEM;
	}
	*span = (struct queued_span){ .resource = resource, .size = text.size };
	bytes_copy(span->text, text);
	resource->spans++;
	*queue->end = span;
	queue->end = &span->next;
	queue->count++;
	queue->bytes += sizeof(*span) + text.size;
	return 0;
}

/* ---- taking ---- */

/* The part of the queue that is sent at once. */
struct taken_spans {
	struct queued_span *first;
	uint64_t count;
};

static struct taken_spans take_spans(struct span_queue *queue)
{
	struct taken_spans taken = { .first = queue->first };
	struct queued_span **at = &queue->first;
	size_t bytes = 0;

	while (*at && taken.count < MOST_SPANS &&
	       (taken.count == 0 || bytes + (*at)->size <= MOST_BYTES)) {
		bytes += sizeof(**at) + (*at)->size;
		taken.count++;
		at = &(*at)->next;
	}
	queue->first = *at;
	*at = NULL;
	if (!queue->first)
		queue->end = &queue->first;
	queue->count -= taken.count;
	queue->bytes -= bytes;
	queue->taken_bytes = bytes;
	return taken;
}

static void add_body_string(struct text_buffer *text, const char *string)
{
	text_buffer_add(text, string, strlen(string));
}

/* Writes all spans of this resource that are among those from `span` on. */
static void write_resource(struct span_resource *resource, const struct queued_span *span,
			   const char *scope, struct text_buffer *text)
{
	const char *comma = "";

	add_body_string(text, "{\"resource\":");
	text_buffer_add(text, resource->text, resource->size);
	add_body_string(text, ",\"scopeSpans\":[{\"scope\":");
	add_body_string(text, scope);
	add_body_string(text, ",\"spans\":[");
	for (; span; span = span->next) {
		if (span->resource != resource)
			continue;
		add_body_string(text, comma);
		text_buffer_add(text, span->text, span->size);
		comma = ",";
	}
	add_body_string(text, "]}]}");
	resource->is_written = true;
}

static void free_spans(struct queued_span *span)
{
	while (span) {
		struct queued_span *next = span->next;

		span->resource->spans--;
		span->resource->is_written = false;
		free(span);
		span = next;
	}
}

uint64_t span_queue_take(struct span_queue *queue, const char *scope, struct text_buffer *text)
{
	struct taken_spans taken = take_spans(queue);
	const char *comma = "";

	if (taken.count == 0)
		return 0;
	add_body_string(text, "[");
	for (const struct queued_span *span = taken.first; span; span = span->next) {
		if (span->resource->is_written)
			continue;
		add_body_string(text, comma);
		write_resource(span->resource, span, scope, text);
		comma = ",";
	}
	add_body_string(text, "]");
	free_spans(taken.first);
	remove_unused_resources(queue);
	return taken.count;
}

void span_queue_release(struct span_queue *queue)
{
	queue->taken_bytes = 0;
}
