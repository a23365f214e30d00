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

/* Ignores records of targets that are gone, and malformed ones. */
static void take_hit(void *user, struct bytes record)
{
	struct dispatcher *dispatcher = user;

	if (assembly_record(dispatcher->parts.assembly, record) == -ENOMEM)
		dispatcher->parts.losses->pending_dropped++;
}

/* Not one that the target was before it ran another program; one that has ended is what it was. */
static bool is_of_target(const struct dispatcher *dispatcher, const struct pending_hit *hit,
			 const struct target *target)
{
	if (kernel_traces(dispatcher->parts.kernel, hit->pid))
		return true;
	return !watcher_expects(dispatcher->parts.watcher, hit->pid) &&
	       inspection_schema(target_inspection(target), hit->plan);
}

/*
 * The process is a target by now, or will be one when its news is acted on, of which this is some should
 * the other have been lost.
 */
static void take_pending(struct dispatcher *dispatcher, const struct pending_hit *hit,
			 struct bytes record)
{
	const struct target *target = target_set_find_pid(dispatcher->parts.targets, hit->pid);

	if (target && is_of_target(dispatcher, hit, target)) {
		take_hit(dispatcher,
			 pending_hits_assign(dispatcher->pending, record, target_id(target)));
		return;
	}
	if (!watcher_expects(dispatcher->parts.watcher, hit->pid))
		watcher_note(dispatcher->parts.watcher,
			     &(struct process_news){ RECORD_EXEC, hit->pid, 0 });
	if (!pending_hits_keep(dispatcher->pending, record))
		dispatcher->parts.losses->pending_dropped++;
}

void dispatcher_record(struct dispatcher *dispatcher, struct bytes record)
{
	struct process_news news;
	struct pending_hit hit;

	if (decode_process(record, &news) == 0)
		watcher_note(dispatcher->parts.watcher, &news);
	else if (pending_hit_of(record, &hit))
		take_pending(dispatcher, &hit, record);
	else
		take_hit(dispatcher, record);
}

void dispatcher_replay(struct dispatcher *dispatcher, const struct target *target)
{
	pending_hits_replay(dispatcher->pending, target_identity(target)->pid, target_id(target),
			    take_hit, dispatcher);
}

int dispatcher_plan_of(const struct dispatcher *dispatcher, uint32_t pid)
{
	return pending_hits_plan(dispatcher->pending, pid);
}

void dispatcher_discard(struct dispatcher *dispatcher)
{
	pending_hits_discard(dispatcher->pending);
}
