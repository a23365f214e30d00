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
#include "type_learner.h"
#include "watcher.h"

/*
 * Dispatches the records of the ring: notifications of processes go to the watcher, hits to the assembly. Hits of
 * processes that were not inspected yet are kept until their targets are known.
 */
struct dispatcher;

/* All members must outlive the dispatcher. */
struct dispatcher_parts {
	const struct kernel *kernel;
	const struct target_set *targets;
	const struct binary_cache *cache;
	struct watcher *watcher;
	struct assembly *assembly;
	struct type_learner *type_learner;
	struct losses *losses; /* counts hits that are lost because memory ran out */
};

struct dispatcher *
dispatcher_create(const struct dispatcher_parts *parts); /* NULL if memory ran out */
void dispatcher_destroy(struct dispatcher *dispatcher);

void dispatcher_record(struct dispatcher *dispatcher, struct bytes record);

/*
 * Replays the kept hits of the target's process as hits of the target: those of the program that it ran
 * `programs_since` programs ago, 0 for the current one.
 */
void dispatcher_replay(struct dispatcher *dispatcher, const struct target *target,
		       uint32_t programs_since);

/* Returns the first kept hit of the process. False if there is none. */
bool dispatcher_find_hit(const struct dispatcher *dispatcher, uint32_t pid,
			 struct pending_hit *ret_hit);

/*
 * Returns the first kept hit of a former program of the process, or of any process if it is 0: the process has
 * started another program since, or is a target with other probes. False if there is none.
 */
bool dispatcher_find_former_hit(const struct dispatcher *dispatcher, uint32_t pid,
				struct pending_hit *ret_hit);

/*
 * Returns the first kept hit of the process that is of another program than the one in this file. False if there is
 * none.
 */
bool dispatcher_find_other_hit(const struct dispatcher *dispatcher, uint32_t pid,
			       const struct file_identity *file, struct pending_hit *ret_hit);

/* Counts a kept hit as lost, because it belongs to no target. */
void dispatcher_lose(struct dispatcher *dispatcher, const struct pending_hit *hit);

/* Discards the hits that are still kept: their processes are not targets. */
void dispatcher_discard(struct dispatcher *dispatcher);

#endif
