/* SPDX-License-Identifier: MIT */
#include "dispatcher.h"

#include <errno.h>
#include <stdlib.h>

#include <linux/types.h>

#include "contract.h"
#include "decode.h"
#include "inspection.h"
#include "newcomers.h"
#include "target.h"

struct dispatcher {
	struct dispatcher_parts parts;
	struct newcomers *newcomers;
};

struct dispatcher *dispatcher_create(const struct dispatcher_parts *parts)
{
	struct dispatcher *dispatcher = calloc(1, sizeof(*dispatcher));

	if (!dispatcher)
		return NULL;
	dispatcher->parts = *parts;
	dispatcher->newcomers = newcomers_create();
	if (dispatcher->newcomers)
		return dispatcher;
	free(dispatcher);
	return NULL;
}

void dispatcher_destroy(struct dispatcher *dispatcher)
{
	if (!dispatcher)
		return;
	newcomers_destroy(dispatcher->newcomers);
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
static bool is_of_target(const struct dispatcher *dispatcher, const struct newcomer *newcomer,
			 const struct target *target)
{
	if (kernel_traces(dispatcher->parts.kernel, newcomer->pid))
		return true;
	return !lookout_expects(dispatcher->parts.lookout, newcomer->pid) &&
	       inspection_schema(target_inspection(target), newcomer->plan);
}

/*
 * The process is a target by now, or will be one when its news is acted on, of which this is some should
 * the other have been lost.
 */
static void take_newcomer(struct dispatcher *dispatcher, const struct newcomer *newcomer,
			  struct bytes record)
{
	const struct target *target = target_set_find_pid(dispatcher->parts.targets, newcomer->pid);

	if (target && is_of_target(dispatcher, newcomer, target)) {
		take_hit(dispatcher,
			 newcomers_assign(dispatcher->newcomers, record, target_id(target)));
		return;
	}
	if (!lookout_expects(dispatcher->parts.lookout, newcomer->pid))
		lookout_note(dispatcher->parts.lookout,
			     &(struct process_news){ RECORD_EXEC, newcomer->pid, 0 });
	if (!newcomers_keep(dispatcher->newcomers, record))
		dispatcher->parts.losses->pending_dropped++;
}

void dispatcher_record(struct dispatcher *dispatcher, struct bytes record)
{
	struct process_news news;
	struct newcomer newcomer;

	if (decode_process(record, &news) == 0)
		lookout_note(dispatcher->parts.lookout, &news);
	else if (newcomers_is_one(record, &newcomer))
		take_newcomer(dispatcher, &newcomer, record);
	else
		take_hit(dispatcher, record);
}

void dispatcher_replay(struct dispatcher *dispatcher, const struct target *target)
{
	newcomers_hand_on(dispatcher->newcomers, target_identity(target)->pid, target_id(target),
			  take_hit, dispatcher);
}

int dispatcher_plan_of(const struct dispatcher *dispatcher, uint32_t pid)
{
	return newcomers_plan(dispatcher->newcomers, pid);
}

void dispatcher_discard(struct dispatcher *dispatcher)
{
	newcomers_clear(dispatcher->newcomers);
}
