/* SPDX-License-Identifier: MIT */
#include "intake.h"

#include <errno.h>
#include <stdlib.h>

#include <linux/types.h>

#include "contract.h"
#include "decode.h"
#include "inspection.h"
#include "newcomers.h"
#include "target.h"

struct intake {
	struct intake_parts parts;
	struct newcomers *newcomers;
};

struct intake *intake_create(const struct intake_parts *parts)
{
	struct intake *intake = calloc(1, sizeof(*intake));

	if (!intake)
		return NULL;
	intake->parts = *parts;
	intake->newcomers = newcomers_create();
	if (intake->newcomers)
		return intake;
	free(intake);
	return NULL;
}

void intake_destroy(struct intake *intake)
{
	if (!intake)
		return;
	newcomers_destroy(intake->newcomers);
	free(intake);
}

/* Records of targets that are gone, and bytes that are none, are passed over. */
static void take_hit(void *user, struct bytes record)
{
	struct intake *intake = user;

	if (assembly_record(intake->parts.assembly, record) == -ENOMEM)
		intake->parts.losses->unkept++;
}

/* Not one that the target was before it ran another program; one that has ended is what it was. */
static bool is_of_target(const struct intake *intake, const struct newcomer *newcomer,
			 const struct target *target)
{
	if (kernel_traces(intake->parts.kernel, newcomer->pid))
		return true;
	return !lookout_expects(intake->parts.lookout, newcomer->pid) &&
	       inspection_schema(target_inspection(target), newcomer->plan);
}

/*
 * The process is a target by now, or will be one when its news is acted on, of which this is some should
 * the other have been lost.
 */
static void take_newcomer(struct intake *intake, const struct newcomer *newcomer,
			  struct bytes record)
{
	const struct target *target = target_set_find_pid(intake->parts.targets, newcomer->pid);

	if (target && is_of_target(intake, newcomer, target)) {
		take_hit(intake, newcomers_assign(intake->newcomers, record, target_id(target)));
		return;
	}
	if (!lookout_expects(intake->parts.lookout, newcomer->pid))
		lookout_note(intake->parts.lookout,
			     &(struct process_news){ RECORD_EXEC, newcomer->pid, 0 });
	if (!newcomers_keep(intake->newcomers, record))
		intake->parts.losses->unkept++;
}

void intake_record(struct intake *intake, struct bytes record)
{
	struct process_news news;
	struct newcomer newcomer;

	if (decode_process(record, &news) == 0)
		lookout_note(intake->parts.lookout, &news);
	else if (newcomers_is_one(record, &newcomer))
		take_newcomer(intake, &newcomer, record);
	else
		take_hit(intake, record);
}

void intake_settle(struct intake *intake)
{
	if (lookout_act(intake->parts.lookout))
		newcomers_clear(intake->newcomers);
}

void intake_attached(struct intake *intake, const struct target *target)
{
	newcomers_hand_on(intake->newcomers, target_identity(target)->pid, target_id(target),
			  take_hit, intake);
}

int intake_plan_of(const struct intake *intake, uint32_t pid)
{
	return newcomers_plan(intake->newcomers, pid);
}
