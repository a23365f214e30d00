/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_KERNEL_TRIAL_H
#define GOHTTPSNOOP_CORE_KERNEL_TRIAL_H

#include <stdint.h>

#include "error.h"
#include "kernel.h"

/* How something went that was tried of the kernel. */
struct kernel_outcome {
	struct kernel_failure failure; /* OBSTACLE_NONE: it works */
	struct error why;	       /* when it does not */
};

enum { KERNEL_WAYS = KERNEL_ATTACHMENT_SINGLE - KERNEL_ATTACHMENT_MULTI + 1 };

/*
 * What this process can do with the running kernel, found out by doing it: loading what tracing loads, and
 * attaching it to a function of this process that is never called. Nothing of it stays.
 */
struct kernel_trial {
	/* By way to attach, from KERNEL_ATTACHMENT_MULTI on: short plans (plan.h), and others. */
	struct kernel_outcome short_plans[KERNEL_WAYS], long_plans[KERNEL_WAYS];
	struct kernel_outcome execs, listens; /* watching for processes that do */
};

struct kernel_trial_options {
	const struct kernel_facts *facts;
	const struct kernel_features *features;
	uint32_t max_string, ring_size; /* as in struct kernel_options */
};

void kernel_trial_run(const struct kernel_trial_options *options, struct kernel_trial *ret_trial);

/* Of outcomes by way: the first that works, else that which says most. */
const struct kernel_outcome *kernel_trial_best(const struct kernel_outcome *outcomes);

#endif
