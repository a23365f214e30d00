/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SELECTION_H
#define GOHTTPSNOOP_CORE_SELECTION_H

#include "batch.h"
#include "event.h"
#include "filter.h"

struct held_lines;

/* Decides which requests and calls are shown, and holds the lines that follow the decision on a request. */
struct selection {
	struct filter *filter; /* NULL: all are shown */
	struct held_lines *held;
	uint64_t filtered;
	uint64_t over_rate; /* lost, because there were too many in a second */
	uint64_t given_up;  /* lost, because too many lines were held */
};

/* The only failure is -ENOMEM. Close the selection also after it. */
int selection_open(struct selection *selection, const struct filter_options *options);
void selection_close(struct selection *selection);

/* Returns whether all events are shown; then no other function may be called. */
bool selection_is_all(const struct selection *selection);

/*
 * Decides on an event, of which `json` is the line. FILTER_OUT and FILTER_OVER: it was counted, with what was held for it.
 * FILTER_HOLD: the caller adds its line by selection_hold().
 */
enum filter_verdict selection_judge(struct selection *selection, const struct event *event,
				    struct bytes json);

/* Holds the line of an event until its request ends; -ENOMEM. */
int selection_hold(struct selection *selection, const struct event *event, struct bytes line);

/* Moves the lines that were held for this request to an empty batch. Returns how many they are. */
uint64_t selection_take_held(struct selection *selection, uint64_t id, struct batch *ret_lines);

/* The number of events that were not shown so far, with those that are held. */
uint64_t selection_count_filtered(const struct selection *selection);

#endif
