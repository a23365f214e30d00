/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_INTAKE_H
#define GOHTTPSNOOP_CORE_INTAKE_H

#include "assembly.h"
#include "kernel.h"
#include "lookout.h"
#include "losses.h"
#include "target_set.h"

/*
 * Where the records of the ring go: news of processes to the lookout, hits to the assembly. Hits of
 * processes that nobody has looked at yet wait until it is known which targets they are.
 */
struct intake;

/* All of them outlive the intake. */
struct intake_parts {
	const struct kernel *kernel;
	const struct target_set *targets;
	struct lookout *lookout;
	struct assembly *assembly;
	struct losses *losses; /* where hits are counted for which there is no memory */
};

struct intake *intake_create(const struct intake_parts *parts); /* NULL without memory */
void intake_destroy(struct intake *intake);

void intake_record(struct intake *intake, struct bytes record);

/* After a batch of records: the lookout acts on the news, and who is still unknown then is not wanted. */
void intake_settle(struct intake *intake);

/* The process is a target now: what waited of it goes on. */
void intake_attached(struct intake *intake, const struct target *target);

/* The plan by which something waits of the process; negative when nothing does. */
int intake_plan_of(const struct intake *intake, uint32_t pid);

#endif
