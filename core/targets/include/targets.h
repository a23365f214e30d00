/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TARGETS_H
#define GOHTTPSNOOP_CORE_TARGETS_H

#include "binary_cache.h"
#include "error.h"
#include "notice.h"
#include "record_clock.h"
#include "target_set.h"

/* Keeps the targets: attaches to processes, sees them end, removes them. */
struct targets;

/* All of it outlives the targets. */
struct targets_options {
	struct uv_loop_s *loop;
	struct kernel *kernel;
	const struct record_clock *clock;
	struct binary_cache *cache;
	const struct notifier *notifier; /* told what is not as complete as it could be */
	/* From the loop: the target's process has ended. It is withdrawn, and to be removed. */
	void (*ended)(void *user, struct target *target);
	void *user;
};

int targets_create(const struct targets_options *options, struct targets **ret_targets,
		   struct error *err);

/*
 * From now on probes of processes that have ended are removed beside the loop, if a thread can be made for it. It
 * has the capabilities of the caller, for good.
 */
void targets_start_detacher(struct targets *targets);

/* Removes all targets, and frees what kept them. Run the loop after this. */
void targets_destroy(struct targets *targets);

const struct target_set *targets_set(const struct targets *targets);

/* The probes that are in single processes. */
size_t targets_count_probes(const struct targets *targets);

/* Attaches to a process that was named. `ret_target` is NULL where it is a target already. */
int targets_add(struct targets *targets, uint32_t pid, struct target **ret_target,
		struct error *err);

/*
 * The same for a process that a rule matches: one whose file was refused before, or that is plainly no
 * Go program, is refused without being looked into again (-EALREADY, -ENOEXEC). Takes the process's
 * descriptor if it can use it. The probes are put into the file if that can be, and are there for the
 * next process from its first instruction on. `has_loaded`: it has run for a while, and where its file has
 * nothing to trace the libraries that it has loaded may have.
 */
int targets_add_matched(struct targets *targets, struct process *process, bool has_loaded,
			struct target **ret_target, struct error *err);

/*
 * The same for a process that has ended already, of which there is a hit by this plan. Its target is withdrawn,
 * and to be removed.
 */
int targets_add_ended(struct targets *targets, uint32_t pid, int plan, struct target **ret_target,
		      struct error *err);

/* Attaches the probes that target_demand_probes() asked for. A failure is told, and is the end of it. */
void targets_serve_demands(struct targets *targets);

/*
 * The process runs another program now: as the target that it was it has ended. That target stays in the set
 * until it is removed. NULL where it was none.
 */
struct target *targets_withdraw(struct targets *targets, uint32_t pid);

/* Removes a target that is withdrawn, and its probes. */
void targets_remove(struct targets *targets, struct target *target);

/* Removes the probes of all single processes; records that are in the ring already stay there. */
void targets_detach_all(struct targets *targets);

#endif
