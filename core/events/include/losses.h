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
	/* Of processes that were not inspected yet, for whose records there was no room: requests and calls, and their ends. */
	uint64_t pending_dropped, pending_ends;
	uint64_t told; /* what losses_take() has returned so far */
};

/* Counts a record of such a process that is lost; `role` is an enum plan_role, or an error if it is not known. */
void losses_drop(struct losses *losses, int role);

/*
 * Returns the number of requests and calls whose start record was lost since the last call of this
 * function.
 */
uint64_t losses_take(struct losses *losses, const struct kernel *kernel);

/* Returns the total number of end records that were lost. */
uint64_t losses_lost_ends(const struct losses *losses, const struct kernel *kernel);

/*
 * Returns how many of the requests and calls that are still open will never be reported, because
 * their end record was lost. Valid only after the last record: before it, the response writer of
 * such a request may be used again, and the request is then reported with an unknown outcome.
 */
uint64_t losses_of_ends(const struct losses *losses, const struct kernel *kernel,
			const struct assembly *assembly);

#endif
