/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_STEP_H
#define GOHTTPSNOOP_CORE_STEP_H

#include <stdbool.h>

#include "assembly.h"
#include "error.h"
#include "event_log.h"
#include "kernel.h"
#include "losses.h"
#include "notice.h"
#include "record_clock.h"
#include "ring.h"
#include "targets.h"
#include "type_learner.h"
#include "watcher.h"

/*
 * One round of a session: reads the ring, handles the notifications in it, attaches to matching processes, replays
 * the kept hits of them, reports ends, emits. Only the loop runs a step; nothing that a step calls runs another one.
 */
struct step;

/* All members must outlive the step. */
struct step_parts {
	struct kernel *kernel;
	struct ring *ring;
	const struct binary_cache *cache;
	struct targets *targets;
	struct watcher *watcher;
	struct assembly *assembly;
	struct type_learner *type_learner;
	struct event_log *event_log;
	struct losses *losses;
	const struct record_clock *clock;
	const struct notifier *notifier;
};

int step_create(const struct step_parts *parts, struct step **ret_step, struct error *err);
void step_destroy(struct step *step);

/* Takes a record from ring_read(). */
void step_record(struct step *step, struct bytes record);

/* The process is a target from now on. */
void step_attached(struct step *step, const struct target *target);

/* The target's process has ended. This is reported when all its records were read. */
void step_ended(struct step *step, struct target *target);

/* Returns false if there is no target and no rule that could match one. */
bool step_run(struct step *step);

/*
 * The last step, after the probes were removed: reads and emits what is in the ring. Blocks for some seconds at most
 * if a thread was stopped while it wrote a record.
 */
void step_finish(struct step *step);

#endif
