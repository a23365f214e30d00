/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ASSEMBLY_H
#define GOHTTPSNOOP_CORE_ASSEMBLY_H

#include "assembly_callbacks.h"
#include "bytes.h"
#include "target_set.h"

/*
 * Makes events from records: joins the start and the end of a request, and closes requests without
 * an end. Every event is passed to `emit`; its parts are valid until that returns.
 */
struct assembly;

/* `targets` contains the targets to which records may belong; it must outlive the assembly. */
int assembly_create(const struct target_set *targets, const struct assembly_callbacks *callbacks,
		    struct assembly **ret_assembly);
void assembly_destroy(struct assembly *assembly);

/* Sets a random number, from which the ids of requests are made. */
void assembly_set_seed(struct assembly *assembly, uint64_t seed);

/*
 * Sets how many records of ends had been lost, at most, when the next records were made: then the end of a request that
 * begins with them can only have been lost if more were lost since.
 */
void assembly_set_lost_ends(struct assembly *assembly, uint64_t before);

/* Sets the offset from the clock of the records to the time of day. The caller keeps it up to date. */
void assembly_set_wall_offset(struct assembly *assembly, int64_t wall_offset);

/*
 * Returns -EBADMSG for bytes that are not a record of a target's probes, -ESRCH if the target does
 * not exist (any more), -ENOMEM if the record could not be kept.
 */
int assembly_record(struct assembly *assembly, struct bytes record);

/* Closes the open requests of a target whose process has ended. */
void assembly_end_target(struct assembly *assembly, const struct target *target);

/*
 * Reports all open requests and calls after the last record: with the outcome "open", or with an
 * unknown outcome if their ends may have been lost.
 */
void assembly_close(struct assembly *assembly);

/*
 * Passes the open requests to `show`, the oldest first, then the open calls, without their
 * captures.
 */
void assembly_each_open(const struct assembly *assembly, assembly_show *show, void *user);

/* Returns the number of open requests plus open calls whose return is probed. */
uint32_t assembly_open_requests(const struct assembly *assembly);

/* Returns the number of requests and calls that were reported without a known end. */
uint64_t assembly_unknown_ends(const struct assembly *assembly);

#endif
