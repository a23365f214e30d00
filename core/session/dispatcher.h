/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_DISPATCHER_H
#define GOHTTPSNOOP_CORE_DISPATCHER_H

#include <stdbool.h>
#include <stdint.h>

#include "assembly.h"
#include "kernel.h"
#include "losses.h"
#include "pending_hits.h"
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

/*
 * Hands on the hits that were kept of the target's process, as hits of the target: those of the program that it
 * ran `programs_since` programs ago, 0 for the one that it runs now.
 */
void dispatcher_replay(struct dispatcher *dispatcher, const struct target *target,
		       uint32_t programs_since);

/* The first hit that was kept of the process. False when none was. */
bool dispatcher_find_hit(const struct dispatcher *dispatcher, uint32_t pid,
			 struct pending_hit *ret_hit);

/*
 * The first hit of the process, 0 for any one, of a program that it runs no longer: it has begun another one
 * since, or is a target with other probes. False when none was kept.
 */
bool dispatcher_find_former_hit(const struct dispatcher *dispatcher, uint32_t pid,
				struct pending_hit *ret_hit);

/* A hit that was kept can be given to no target: counts it as lost. */
void dispatcher_lose(struct dispatcher *dispatcher, const struct pending_hit *hit);

/* Discards the hits that are still kept: their processes are no targets. */
void dispatcher_discard(struct dispatcher *dispatcher);

#endif
