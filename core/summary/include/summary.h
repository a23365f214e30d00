/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SUMMARY_H
#define GOHTTPSNOOP_CORE_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "histogram.h"

/*
 * Sums requests up by service, side, method and route. Where there is no route, that is the path, in which numbers and ids
 * are replaced by a star (path_fold.h).
 */
struct summary;

/* A request to count. Strings need not outlive the call. */
struct summary_request {
	const char *service;		   /* the name of the process */
	bool is_client;			   /* it was made, not served */
	const char *method, *route, *path; /* NULL: not known */
	int64_t time;			   /* of its begin, nanoseconds since the epoch */
	int64_t duration;		   /* nanoseconds; below 0: not known */
	int64_t bytes;			   /* of the response; below 0: not known */
	int64_t status;			   /* below 0: not known */
	const char *outcome;		   /* as in JSON; NULL: not known */
	uint64_t id, within; /* of the request, and of the one for which it was made; 0: none */
	bool failed;
};

/* Sums of the requests with the same key. */
struct summary_row {
	const char *service;
	bool is_client;
	const char *method, *route; /* "-": not known */
	uint64_t requests, failed, bytes;
	struct histogram durations; /* of the requests that have one */
};

enum {
	SUMMARY_MAX_ROWS = 4096
}; /* requests that would begin another one are counted in a row named OTHERS */

#define SUMMARY_OTHERS "(others)"

int summary_create(struct summary **ret_summary);
void summary_destroy(struct summary *summary);

/* -ENOMEM: the request is not counted. */
int summary_add(struct summary *summary, const struct summary_request *request);

/* The rows, sorted by the number of requests, the largest first; valid until the next call. NULL if memory ran out. */
const struct summary_row *const *summary_rows(struct summary *summary, size_t *ret_count);

/* The time from the first request to the last one, in nanoseconds; 0 if there are less than two. */
int64_t summary_span(const struct summary *summary);

/* Forgets all requests. */
void summary_clear(struct summary *summary);

#endif
