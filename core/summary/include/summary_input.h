/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SUMMARY_INPUT_H
#define GOHTTPSNOOP_CORE_SUMMARY_INPUT_H

#include "bytes.h"
#include "event.h"
#include "redaction.h"
#include "summary.h"

/* Where requests come from: events, or lines that were made of them. Both give the same. */

/* Takes a request; an error (-ENOMEM) is handed on. The request is valid during the call. */
typedef int summary_taker(void *user, const struct summary_request *request);

/* Hands a request that was served or made to `take`; ignores other events. `redaction` hides secrets in paths. */
int summary_take_event(const struct event *event, const struct redaction *redaction,
		       summary_taker *take, void *user);

/*
 * Hands the request of a line of JSON (docs/events.md) to `take`. Returns 1 if it was one, 0 if the line is another event,
 * -EINVAL if it is no event, or -ENOMEM.
 */
int summary_take_line(struct bytes line, summary_taker *take, void *user);

/* Returns how many requests and calls were lost, if the line says that; otherwise 0. */
uint64_t summary_line_lost(struct bytes line);

/* The taker of a summary, which is `user`: adds the request. */
summary_taker summary_take;

#endif
