/* SPDX-License-Identifier: MIT */
#include "dispatcher.h"

#include <errno.h>
#include <stdlib.h>

#include <linux/types.h>

#include "contract.h"
#include "decode.h"
#include "inspection.h"
#include "pending_hits.h"
#include "target.h"

struct dispatcher {
	struct dispatcher_parts parts;
	struct pending_hits *pending;
};

struct dispatcher *dispatcher_create(const struct dispatcher_parts *parts)
{
	struct dispatcher *dispatcher = calloc(1, sizeof(*dispatcher));

	if (!dispatcher)
		return NULL;
	dispatcher->parts = *parts;
	dispatcher->pending = pending_hits_create();
	if (dispatcher->pending)
		return dispatcher;
	free(dispatcher);
	return NULL;
}

void dispatcher_destroy(struct dispatcher *dispatcher)
{
	if (!dispatcher)
		return;
	pending_hits_destroy(dispatcher->pending);
	free(dispatcher);
}

/* Ignores records of targets that have been removed, and malformed records. */
static void take_hit(void *user, struct bytes record)
{
	struct dispatcher *dispatcher = user;

	if (assembly_record(dispatcher->parts.assembly, record) == -ENOMEM)
		dispatcher->parts.losses->pending_dropped++;
	type_learner_note(dispatcher->parts.type_learner, record);
}

static bool has_plan(const struct target *target, int plan)
{
	return inspection_schema(target_inspection(target), plan);
}

/*
 * Returns whether the hit belongs to the target, and not to another program that the process has run before or has
 * started since. A target that has ended does not change any more.
 */
static bool is_of_target(const struct dispatcher *dispatcher, const struct pending_hit *hit,
			 const struct target *target)
{
	return has_plan(target, hit->plan) &&
	       (kernel_traces(dispatcher->parts.kernel, hit->pid) ||
		!watcher_expects(dispatcher->parts.watcher, hit->pid));
}

static void lose_hit(struct dispatcher *dispatcher, int plan)
{
	losses_drop(dispatcher->parts.losses, binary_cache_role(dispatcher->parts.cache, plan));
}

/* If the notification of the process was lost, the hit serves as one. Returns false if there is no room for that. */
static bool is_awaited(struct dispatcher *dispatcher, const struct pending_hit *hit)
{
	const struct process_notification begun = { RECORD_EXEC, hit->pid, 0 };

	return watcher_expects(dispatcher->parts.watcher, hit->pid) ||
	       watcher_note(dispatcher->parts.watcher, &begun);
}

/* The process is a target by now, or will be one when its notification is handled. */
static void take_pending(struct dispatcher *dispatcher, const struct pending_hit *hit,
			 struct bytes record)
{
	const struct target *target = target_set_find_pid(dispatcher->parts.targets, hit->pid);

	if (target && is_of_target(dispatcher, hit, target)) {
		take_hit(dispatcher,
			 pending_hits_assign(dispatcher->pending, record, target_id(target)));
		return;
	}
	if (!is_awaited(dispatcher, hit) || !pending_hits_keep(dispatcher->pending, record))
		lose_hit(dispatcher, hit->plan);
}

static void take_notification(struct dispatcher *dispatcher,
			      const struct process_notification *notification)
{
	if (notification->kind == RECORD_EXEC)
		pending_hits_end_program(dispatcher->pending, notification->pid);
	watcher_note(dispatcher->parts.watcher, notification);
}

void dispatcher_record(struct dispatcher *dispatcher, struct bytes record)
{
	struct process_notification notification;
	struct pending_hit hit;

	if (decode_process(record, &notification) == 0)
		take_notification(dispatcher, &notification);
	else if (pending_hit_of(record, &hit))
		take_pending(dispatcher, &hit, record);
	else
		take_hit(dispatcher, record);
}

void dispatcher_replay(struct dispatcher *dispatcher, const struct target *target,
		       uint32_t programs_since)
{
	uint32_t pid = target_identity(target)->pid;
	struct pending_hit hit;

	for (size_t at = 0; pending_hits_next(dispatcher->pending, &at, &hit);) {
		if (hit.pid == pid && hit.programs_since == programs_since &&
		    has_plan(target, hit.plan))
			take_hit(dispatcher,
				 pending_hits_claim(dispatcher->pending, &hit, target_id(target)));
	}
}

bool dispatcher_find_hit(const struct dispatcher *dispatcher, uint32_t pid,
			 struct pending_hit *ret_hit)
{
	for (size_t at = 0; pending_hits_next(dispatcher->pending, &at, ret_hit);) {
		if (ret_hit->pid == pid)
			return true;
	}
	return false;
}

static bool is_former(const struct dispatcher *dispatcher, const struct pending_hit *hit)
{
	const struct target *target;

	if (hit->programs_since)
		return true;
	target = target_set_find_pid(dispatcher->parts.targets, hit->pid);
	return target && kernel_traces(dispatcher->parts.kernel, hit->pid) &&
	       !has_plan(target, hit->plan);
}

bool dispatcher_find_former_hit(const struct dispatcher *dispatcher, uint32_t pid,
				struct pending_hit *ret_hit)
{
	for (size_t at = 0; pending_hits_next(dispatcher->pending, &at, ret_hit);) {
		if ((pid == 0 || ret_hit->pid == pid) && is_former(dispatcher, ret_hit))
			return true;
	}
	return false;
}

bool dispatcher_find_other_hit(const struct dispatcher *dispatcher, uint32_t pid,
			       const struct file_identity *file, struct pending_hit *ret_hit)
{
	for (size_t at = 0; pending_hits_next(dispatcher->pending, &at, ret_hit);) {
		if (ret_hit->pid == pid &&
		    binary_cache_has_in_other(dispatcher->parts.cache, ret_hit->plan, file))
			return true;
	}
	return false;
}

void dispatcher_lose(struct dispatcher *dispatcher, const struct pending_hit *hit)
{
	pending_hits_claim(dispatcher->pending, hit, TRACED_TARGET_MASK);
	lose_hit(dispatcher, hit->plan);
}

void dispatcher_discard(struct dispatcher *dispatcher)
{
	pending_hits_discard(dispatcher->pending);
}
