/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_CALLS_H
#define GOHTTPSNOOP_CORE_CALLS_H

#include "assembly_callbacks.h"
#include "links.h"
#include "resolved_hit.h"

/*
 * Makes events from calls of traced functions. If returns are probed, a call waits for its return, which is
 * found by its frame: the distance from the end of the goroutine's stack, which stays the same when the stack
 * moves, and is larger for each nested call. If an awaited call is in a deeper frame than the next record of
 * its goroutine, a panic has ended the call.
 */
struct calls;

/* `lost_ends` outlives the calls. */
int calls_create(const struct target_set *targets, const struct assembly_callbacks *callbacks,
		 const struct lost_ends *lost_ends, struct calls **ret_calls);
void calls_destroy(struct calls *calls);

/* By which the requests that a program makes are linked with those that it serves; they outlive the calls. */
void calls_set_links(struct calls *calls, const struct links *links);

void calls_set_wall_offset(struct calls *calls, int64_t wall_offset);

/* `record` is the record from which `call` was decoded. -ENOMEM if it could not be kept. */
int calls_begin(struct calls *calls, const struct resolved_hit *call, struct bytes record);
void calls_return(struct calls *calls, const struct resolved_hit *end, struct bytes record);

/* The end of a request that a program makes, which has returned from the call before (protocol.ends_later). */
void calls_finish(struct calls *calls, const struct resolved_hit *end, struct bytes record);

/* Notes the address of the connection that was chosen for the request that the goroutine makes (protocol.h, ROUTE). */
void calls_note_peer(struct calls *calls, const struct resolved_hit *choice);

/* Closes the calls of a goroutine that has ended. */
void calls_unwind(struct calls *calls, const struct resolved_hit *end);

/* Closes the calls of a target whose process has ended. */
void calls_end_target(struct calls *calls, const struct target *target);

/* Reports all awaited calls after the last record: as open, or with an unknown outcome if the return may be lost. */
void calls_close(struct calls *calls);

/* Passes the awaited calls as events to `show`, the oldest first, until it returns false. */
void calls_each_open(const struct calls *calls, assembly_show *show, void *user);

/* Return the number of awaited calls, and of calls that were reported without their end. */
uint32_t calls_open(const struct calls *calls);
uint64_t calls_unknown_ends(const struct calls *calls);

#endif
