/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ASSEMBLY_H
#define GOHTTPSNOOP_CORE_ASSEMBLY_H

#include "assembly_callbacks.h"
#include "bytes.h"
#include "target_set.h"

/*
 * Makes events of records: joins the start and the end of a request, and closes requests whose end
 * never comes. Every event is handed out through `emit`; its parts live until that returns.
 */
struct assembly;

/* `targets` are those that records may be of; they outlive the assembly. */
int assembly_create(const struct target_set *targets, const struct assembly_callbacks *callbacks,
		    struct assembly **ret_assembly);
void assembly_destroy(struct assembly *assembly);

/* What makes the records' clock a time of day; to be kept up to date. */
void assembly_set_wall_offset(struct assembly *assembly, int64_t wall_offset);

/*
 * -EBADMSG when the bytes are no record of a target's probes, -ESRCH when it is of none of the targets
 * (any more), -ENOMEM when it could not be kept.
 */
int assembly_record(struct assembly *assembly, struct bytes record);

/* Closes the open requests of a target whose process has ended. */
void assembly_end_target(struct assembly *assembly, const struct target *target);

/*
 * Tells of all that is open, when no more records will come: as open, or, where records of ends were lost,
 * as of unknown outcome.
 */
void assembly_close(struct assembly *assembly);

/* Shows what is open, without what was captured of it: requests, the oldest first, and then calls. */
void assembly_each_open(const struct assembly *assembly, assembly_show *show, void *user);

/* The number of requests, and of calls whose return is awaited, that began and have not ended. */
uint32_t assembly_open_requests(const struct assembly *assembly);

/* The number of these told of without having seen how they ended. */
uint64_t assembly_unknown_ends(const struct assembly *assembly);

#endif
