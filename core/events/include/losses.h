/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_LOSSES_H
#define GOHTTPSNOOP_CORE_LOSSES_H

#include "assembly.h"
#include "kernel.h"

/*
 * The account of what the kernel side could not submit, so that requests made = events + lost. Zeroed
 * it is ready for use.
 */
struct losses {
	uint64_t pending_dropped; /* records of who had just begun, for which there was no room */
	uint64_t told;
};

/* Requests and calls whose start did not get through since this was last asked. */
uint64_t losses_take(struct losses *losses, const struct kernel *kernel);

/* Records of ends that did not get through so far. */
uint64_t losses_lost_ends(const struct kernel *kernel);

/*
 * Requests of which only the end did not get through, to be asked once, when no more records will
 * come. Until then such a request is open: when its response writer is used again it is told of with
 * an unknown outcome, and what was not told of by then is lost.
 */
uint64_t losses_of_ends(const struct kernel *kernel, const struct assembly *assembly);

#endif
