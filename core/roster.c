/* SPDX-License-Identifier: MIT */
#include "roster.h"

#include <errno.h>
#include <stdlib.h>

struct roster {
	void *loop;
	struct kernel *kernel;
	struct inspection_options inspection;
	struct roster_callbacks callbacks;
	struct target_set targets;
};

int roster_create(void *loop, struct kernel *kernel, const struct inspection_options *inspection,
		  const struct roster_callbacks *callbacks, struct roster **ret_roster,
		  struct error *err)
{
	struct roster *roster = calloc(1, sizeof(*roster));

	if (!roster)
		return error_fail(err, -ENOMEM, "out of memory");
	roster->loop = loop;
	roster->kernel = kernel;
	roster->inspection = *inspection;
	roster->callbacks = *callbacks;
	*ret_roster = roster;
	return 0;
}

void roster_destroy(struct roster *roster)
{
	if (!roster)
		return;
	for (size_t i = 0; i < roster->targets.count; i++)
		target_close(roster->targets.targets[i]);
	target_set_finish(&roster->targets);
	free(roster);
}

const struct target_set *roster_targets(const struct roster *roster)
{
	return &roster->targets;
}

static void drop(struct roster *roster, struct target *target)
{
	target_detach(target);
	roster->callbacks.ended(roster->callbacks.user, target);
	target_set_remove(&roster->targets, target);
	target_close(target);
}

static void on_target_ended(void *user, struct target *target)
{
	struct roster *roster = user;

	drop(roster, target);
	if (roster->targets.count == 0)
		roster->callbacks.empty(roster->callbacks.user);
}

/* Processes of one file share its inspection. */
static int inspect(struct roster *roster, const struct process *process,
		   struct inspection **ret_inspection, struct error *err)
{
	const struct target *other = target_set_find_file(&roster->targets, &process->file);

	if (other) {
		*ret_inspection = target_share_inspection(other);
		return 0;
	}
	return inspection_open(roster->kernel, process_exe_path(process->pid).text,
			       &roster->inspection, ret_inspection, err);
}

static int attach(struct roster *roster, struct process *process, struct error *err)
{
	struct inspection *inspection;
	struct target *target;
	int r = inspect(roster, process, &inspection, err);

	if (r < 0) {
		process_close(process);
		return r;
	}
	r = target_attach(roster->loop, roster->kernel, target_set_next_id(&roster->targets), process,
			  inspection, on_target_ended, roster, &target, err);
	inspection_release(inspection);
	if (r < 0)
		return r;
	r = target_set_add(&roster->targets, target);
	if (r < 0) {
		target_close(target);
		return error_fail(err, r, "out of memory");
	}
	roster->callbacks.attached(roster->callbacks.user, target);
	return 0;
}

int roster_add(struct roster *roster, uint32_t pid, struct error *err)
{
	struct process process;
	int r;

	if (target_set_find_pid(&roster->targets, pid))
		return 0;
	r = process_open(pid, &process, err);
	if (r < 0)
		return r;
	error_subject(err, "pid %u (%s)", pid, process.exe);
	return attach(roster, &process, err);
}

void roster_detach_all(struct roster *roster)
{
	for (size_t i = 0; i < roster->targets.count; i++)
		target_detach(roster->targets.targets[i]);
}
