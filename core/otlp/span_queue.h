/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SPAN_QUEUE_H
#define GOHTTPSNOOP_CORE_SPAN_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "text_buffer.h"

/* Spans that wait until they are sent, up to a limit, each with the resource that it is of. */
struct span_queue;

/* `limit` in bytes. The only failure is -ENOMEM, also below. */
int span_queue_create(size_t limit, struct span_queue **ret_queue);
void span_queue_destroy(struct span_queue *queue);

/*
 * Adds a copy of a span, with a copy of its resource, both without newlines. Returns 1 if there was no room for it: it is lost.
 */
int span_queue_add(struct span_queue *queue, struct bytes resource, struct bytes span);

/* The number of spans, without those that were taken. */
uint64_t span_queue_count(const struct span_queue *queue);
size_t span_queue_bytes(const struct span_queue *queue);

/*
 * Takes the oldest spans, at most some thousands, and appends them as the value of "resourceSpans", a list, to the text.
 * `scope` is the JSON of the scope. What was taken counts for the limit until the next call of span_queue_release(). Returns the
 * number of spans; 0 if there are none. If the text has failed they are taken all the same.
 */
uint64_t span_queue_take(struct span_queue *queue, const char *scope, struct text_buffer *text);
void span_queue_release(struct span_queue *queue);

#endif
