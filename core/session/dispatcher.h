/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_DISPATCHER_H
#define GOHTTPSNOOP_CORE_DISPATCHER_H

#include "assembly.h"
#include "kernel.h"
#include "losses.h"
#include "target_set.h"
#include "watcher.h"

/*
 * Sorts the records of the ring: notifications of processes go to the watcher, hits to the assembly. Hits of
 * processes that were not looked at yet are kept until it is known which targets they are.
 */
struct dispatcher;

/* All of them outlive the dispatcher. */
struct dispatcher_parts {
	const struct kernel *kernel;
	const struct target_set *targets;
	struct watcher *watcher;
	struct assembly *assembly;
	struct losses *losses; /* where hits are counted for which there is no memory */
};

struct dispatcher *
dispatcher_create(const struct dispatcher_parts *parts); /* NULL without memory */
void dispatcher_destroy(struct dispatcher *dispatcher);

void dispatcher_record(struct dispatcher *dispatcher, struct bytes record);

/* Hands on the hits that were kept of a process, as hits of the target that it is now. */
void dispatcher_replay(struct dispatcher *dispatcher, const struct target *target);

/* The plan of a hit that was kept of the process; negative when none was. */
int dispatcher_plan_of(const struct dispatcher *dispatcher, uint32_t pid);

/* Discards the hits that are still kept: their processes are no targets. */
void dispatcher_discard(struct dispatcher *dispatcher);

#endif
