/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_FILTER_H
#define GOHTTPSNOOP_CORE_FILTER_H

#include <stdint.h>

#include "bytes.h"
#include "event.h"
#include "where.h"

/*
 * Decides which requests are shown. What a program did for a request follows the decision on that request, which is
 * made when the request ends; until then its lines are held (held_lines.h).
 */
struct filter;

/* The conditions must outlive the filter. */
struct filter_options {
	const struct where *const *conditions; /* all of them must hold */
	size_t condition_count;
	uint64_t sample;   /* one of so many requests; 0: all */
	uint64_t max_rate; /* at most so many in a second; 0: any number */
};

enum filter_verdict {
	FILTER_SHOW,
	FILTER_OUT,
	FILTER_OVER, /* it would be shown if there were not so many in this second: it is lost */
	FILTER_HOLD, /* the request that it belongs to has not ended */
};

/* Returns whether the options filter anything. */
bool filter_is_wanted(const struct filter_options *options);

/* The only failure is -ENOMEM. */
int filter_create(const struct filter_options *options, struct filter **ret_filter);
void filter_destroy(struct filter *filter);

/*
 * Judges an event. `json` is its line in JSON, `now` the monotonic time in nanoseconds. Events that are not about a request
 * or a call are shown.
 */
enum filter_verdict filter_judge(struct filter *filter, const struct event *event,
				 struct bytes json, int64_t now);

#endif
