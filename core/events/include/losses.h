/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_LOSSES_H
#define GOHTTPSNOOP_CORE_LOSSES_H

#include "assembly.h"
#include "kernel.h"

/*
 * Counts the records that the eBPF side could not submit, so that requests made = events + lost. A
 * zeroed struct is ready for use.
 */
struct losses {
	uint64_t pending_dropped; /* records of processes that were not inspected yet, for which the queue had no room */
	uint64_t told;
};

/*
 * The number of requests and calls whose start record was lost since the last call of this
 * function.
 */
uint64_t losses_take(struct losses *losses, const struct kernel *kernel);

/* The total number of end records that were lost. */
uint64_t losses_lost_ends(const struct kernel *kernel);

/*
 * The number of requests of which only the end record was lost. Valid only after the last record:
 * until then such a request is open, and if its response writer is used again, it is reported with
 * an unknown outcome. Requests that were not reported by then are lost.
 */
uint64_t losses_of_ends(const struct kernel *kernel, const struct assembly *assembly);

#endif
