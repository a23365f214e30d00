/* SPDX-License-Identifier: MIT */
#include "roster.h"

#include <errno.h>
#include <stdlib.h>

#include "binary.h"

/* Files found not to be worth another look; enough for what a host runs over and over. */
enum { MAX_REFUSED_FILES = 256 };

struct roster {
	void *loop;
	struct kernel *kernel;
	struct inspection_options inspection;
	struct roster_callbacks callbacks;
	struct target_set targets;
	const struct target *dropping;
	struct file_identity refused[MAX_REFUSED_FILES]; /* a ring: the oldest gives way */
	size_t refused_count;
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
	roster_detach_all(roster);
	for (size_t i = 0; i < roster->targets.count; i++)
		target_close(roster->targets.targets[i]);
	target_set_finish(&roster->targets);
	free(roster);
}

const struct target_set *roster_targets(const struct roster *roster)
{
	return &roster->targets;
}

/* While its end is told of the target is still in the set, and must not be dropped once more. */
static void drop(struct roster *roster, struct target *target)
{
	if (roster->dropping == target)
		return;
	target_detach(target);
	roster->dropping = target;
	roster->callbacks.ended(roster->callbacks.user, target);
	roster->dropping = NULL;
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

int roster_check(const struct roster *roster, const char *path, struct error *err)
{
	error_subject(err, "%s", path);
	return inspection_check(path, &roster->inspection, err);
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

static bool was_refused(const struct roster *roster, const struct file_identity *file)
{
	for (size_t i = 0; i < roster->refused_count && i < MAX_REFUSED_FILES; i++) {
		if (file_identity_equal(&roster->refused[i], file))
			return true;
	}
	return false;
}

static int refuse(struct roster *roster, const struct file_identity *file, struct error *err)
{
	roster->refused[roster->refused_count++ % MAX_REFUSED_FILES] = *file;
	return error_fail(err, -ENOEXEC, "not a Go program");
}

int roster_add_found(struct roster *roster, const struct process *process, struct error *err)
{
	int r;

	if (was_refused(roster, &process->file))
		return error_fail(err, -ENOEXEC, "its file was refused before");
	if (!target_set_find_file(&roster->targets, &process->file) &&
	    !binary_looks_like_go(process_exe_path(process->pid).text))
		return refuse(roster, &process->file, err);
	r = roster_add(roster, process->pid, err);
	/* What went wrong with the process, not with its file, may go well next time. */
	if (r < 0 && r != -ESRCH && r != -EPERM && r != -ENOMEM)
		refuse(roster, &process->file, NULL);
	return r;
}

bool roster_drop(struct roster *roster, uint32_t pid)
{
	struct target *target = target_set_find_pid(&roster->targets, pid);

	if (target)
		drop(roster, target);
	return target;
}

void roster_detach_all(struct roster *roster)
{
	targets_detach(roster->targets.targets, roster->targets.count);
}
