/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_CALLS_H
#define GOHTTPSNOOP_CORE_CALLS_H

#include "assembly_callbacks.h"
#include "resolved_hit.h"

/*
 * Makes events of calls of traced functions. Where returns are probed a call waits for its own. Which
 * one that is its frame tells: the distance from the end of the goroutine's stack, which stays the same
 * when the stack moves, and is larger for each call within. What lies deeper than a record's frame was
 * left by a panic.
 */
struct calls;

int calls_create(const struct target_set *targets, const struct assembly_callbacks *callbacks,
		 struct calls **ret_calls);
void calls_destroy(struct calls *calls);

void calls_set_wall_offset(struct calls *calls, int64_t wall_offset);

/* `record` is what the resolved was decoded from. -ENOMEM when it could not be kept. */
int calls_begin(struct calls *calls, const struct resolved_hit *call, struct bytes record);
void calls_return(struct calls *calls, const struct resolved_hit *end, struct bytes record);

/* The goroutine has ended. */
void calls_unwind(struct calls *calls, const struct resolved_hit *end);

/* Closes the calls of a target whose process has ended. */
void calls_end_target(struct calls *calls, const struct target *target);

/* Tells of all that wait for their return as open, or as of unknown outcome: no more records will come. */
void calls_close(struct calls *calls, bool is_known);

/* Shows the calls that wait, the oldest first, until `show` returns false; the same events. */
void calls_each_open(const struct calls *calls, assembly_show *show, void *user);

/* The number of calls that wait for their return, and of calls that were reported without their end. */
uint32_t calls_open(const struct calls *calls);
uint64_t calls_unknown_ends(const struct calls *calls);

#endif
