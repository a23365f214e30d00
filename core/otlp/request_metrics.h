/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_REQUEST_METRICS_H
#define GOHTTPSNOOP_CORE_REQUEST_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "text_buffer.h"

/*
 * How long requests took, in histograms since the begin, one for each process and set of attributes; and how many events were
 * lost, by the place of the loss. Their number is bounded: beyond it, requests are counted together, in a histogram with the
 * attribute otel.metric.overflow.
 */
struct request_metrics;

struct request_metrics_options {
	struct bytes self;  /* the resource of gohttpsnoop, copied */
	size_t most_series; /* histograms */
	const char *scope;  /* the JSON of the scope; outlives the metrics */
	int64_t begin;	    /* of the counters; nanoseconds since the epoch */
};

/* The only failure is -ENOMEM, also below. */
int request_metrics_create(const struct request_metrics_options *options,
			   struct request_metrics **ret_metrics);
void request_metrics_destroy(struct request_metrics *metrics);

/* Counts a request that took so many nanoseconds. The resource and the list of attributes are JSON. */
int request_metrics_add(struct request_metrics *metrics, struct bytes resource,
			struct bytes attributes, uint64_t duration, int64_t now);

/* Counts lost events; `where` is a string that is never freed. */
void request_metrics_lose(struct request_metrics *metrics, const char *where, uint64_t count);

/* The process of this resource has ended: its histograms are left out after they were sent once more. */
void request_metrics_end(struct request_metrics *metrics, struct bytes resource);

/* Appends everything as the value of "resourceMetrics", a list. */
void request_metrics_write(struct request_metrics *metrics, int64_t now, struct text_buffer *text);

/* What was written last has been received. */
void request_metrics_sent(struct request_metrics *metrics);

#endif
