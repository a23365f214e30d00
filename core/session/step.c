/* SPDX-License-Identifier: MIT */
#include "step.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "dispatcher.h"
#include "ends.h"

enum {
	/*
	 * For threads that were preempted while they wrote, 2 s in total. A thread in a container that has used up
	 * its share of a CPU is stopped for most of a period of 100 ms, and perhaps for several.
	 */
	WRITING_PAUSE = 200000, /* nanoseconds */
	WRITING_PAUSES = 10000,
};

/* How many records of ends had been lost when the end of the ring was at this position. */
struct loss_mark {
	uint64_t lost_ends;
	uint64_t position;
};

struct step {
	struct step_parts parts;
	struct loss_mark mark;
	struct dispatcher *dispatcher;
	struct ends ends;
	bool is_last; /* the probes were removed */
};

int step_create(const struct step_parts *parts, struct step **ret_step, struct error *err)
{
	struct step *step = calloc(1, sizeof(*step));
	struct dispatcher_parts dispatcher = {
		.kernel = parts->kernel,
		.targets = targets_set(parts->targets),
		.cache = parts->cache,
		.watcher = parts->watcher,
		.assembly = parts->assembly,
		.type_learner = parts->type_learner,
		.losses = parts->losses,
	};

	if (step)
		step->dispatcher = dispatcher_create(&dispatcher);
	if (!step || !step->dispatcher) {
		free(step);
		return error_fail(err, -ENOMEM, "out of memory");
	}
	step->parts = *parts;
	*ret_step = step;
	return 0;
}

void step_destroy(struct step *step)
{
	if (!step)
		return;
	ends_finish(&step->ends);
	dispatcher_destroy(step->dispatcher);
	free(step);
}

void step_record(struct step *step, struct bytes record)
{
	dispatcher_record(step->dispatcher, record);
}

static void emit(struct step *step)
{
	event_log_lost(step->parts.event_log, losses_take(step->parts.losses, step->parts.kernel));
	event_log_flush(step->parts.event_log);
}

/*
 * The records that follow were made after the mark, if all before it have been read. The number of lost records is taken
 * before the position: a record behind the position was made after both.
 */
static void pass_mark(struct step *step)
{
	if (!ring_has_read(step->parts.ring, step->mark.position))
		return;
	assembly_set_lost_ends(step->parts.assembly, step->mark.lost_ends);
	step->mark.lost_ends = losses_lost_ends(step->parts.losses, step->parts.kernel);
	step->mark.position = ring_written(step->parts.ring);
}

/* Reads records; returns whether there are more. */
static bool read_some(struct step *step)
{
	pass_mark(step);
	return ring_read(step->parts.ring);
}

/* Reads the records that are in the ring now. Reading newer ones, too, might never end. */
static void read_all(struct step *step)
{
	uint64_t end = ring_written(step->parts.ring);

	while (read_some(step) && !ring_has_read(step->parts.ring, end))
		emit(step);
}

static void tell_probe(void *user, const char *sentence)
{
	struct step *step = user;

	notice(step->parts.notifier, NOTICE_DEBUG, "%s", sentence);
}

/* Records that were kept are older than the mark. */
static void replay(struct step *step, const struct target *target, uint32_t programs_since)
{
	assembly_set_lost_ends(step->parts.assembly, 0);
	dispatcher_replay(step->dispatcher, target, programs_since);
}

static void tell_begin(struct step *step, const struct target *target, uint32_t programs_since)
{
	inspection_describe(target_inspection(target), tell_probe, step);
	event_log_attached(step->parts.event_log, target_identity(target));
	replay(step, target, programs_since);
	event_log_flush(step->parts.event_log);
}

/* Reports the end of a target, after its open requests, which have ended with the process. */
static void tell_end(struct step *step, struct target *target)
{
	assembly_end_target(step->parts.assembly, target);
	watcher_retry(step->parts.watcher);
	event_log_ended(step->parts.event_log, target_identity(target));
	event_log_flush(step->parts.event_log);
	targets_remove(step->parts.targets, target);
}

/*
 * Reports everything that a process did as the program of this hit. The process has ended, or runs another program
 * now.
 */
static void tell_unseen(struct step *step, const struct pending_hit *hit)
{
	struct target *target;

	if (targets_add_ended(step->parts.targets, hit->pid, hit->plan, &target, NULL) < 0) {
		dispatcher_lose(step->dispatcher, hit);
		return;
	}
	tell_begin(step, target, hit->programs_since);
	tell_end(step, target);
}

/* Reports the former programs of the process, or of all processes if it is 0. */
static void tell_former(struct step *step, uint32_t pid)
{
	struct pending_hit hit;

	while (dispatcher_find_former_hit(step->dispatcher, pid, &hit))
		tell_unseen(step, &hit);
}

void step_attached(struct step *step, const struct target *target)
{
	tell_former(step, target_identity(target)->pid);
	tell_begin(step, target, 0);
}

/*
 * A process that ended before it was inspected may have answered requests, which are reported here. If a notification
 * of its id is expected, the id belongs to another process by now, whose hits must be kept.
 */
static void tell_vanished(struct step *step, uint32_t pid)
{
	struct pending_hit hit;

	tell_former(step, pid);
	if (watcher_expects(step->parts.watcher, pid))
		return;
	while (dispatcher_find_hit(step->dispatcher, pid, &hit))
		tell_unseen(step, &hit);
}

static void tell(struct step *step, const struct end *end)
{
	if (end->target)
		tell_end(step, end->target);
	else
		tell_vanished(step, end->pid);
}

static void tell_first(struct step *step)
{
	struct end first = *ends_first(&step->ends);

	ends_remove_first(&step->ends);
	tell(step, &first);
}

/* Reports the ends of targets whose records were all read. */
static void tell_ends(struct step *step)
{
	const struct end *first;

	while ((first = ends_first(&step->ends)) &&
	       ring_has_read(step->parts.ring, first->position))
		tell_first(step);
}

/*
 * If memory runs out, the end is reported immediately, and records of the target that are still in the ring are
 * ignored.
 */
static void await_end(struct step *step, struct end end)
{
	end.position = ring_written(step->parts.ring);
	if (!ends_add(&step->ends, &end))
		tell(step, &end);
}

void step_ended(struct step *step, struct target *target)
{
	await_end(step, (struct end){ .target = target });
}

/*
 * A process that is not wanted may have done something before as a program that is: its id was used before, and the
 * notification of its own program is still in the ring.
 */
static void tell_other_programs(struct step *step, uint32_t pid, const struct file_identity *file)
{
	struct pending_hit hit;

	while (dispatcher_find_other_hit(step->dispatcher, pid, file, &hit))
		tell_unseen(step, &hit);
}

static void act_on(struct step *step, const struct finding *finding)
{
	if (finding->unwanted)
		tell_other_programs(step, finding->unwanted, &finding->unwanted_file);
	if (finding->ended)
		step_ended(step, finding->ended);
	if (finding->vanished)
		await_end(step, (struct end){ .pid = finding->vanished });
	if (finding->attached)
		step_attached(step, finding->attached);
}

/* Handling one process may take some time. The ring is read in between, so that it does not overflow. */
static void find_targets(struct step *step)
{
	struct finding finding;

	watcher_begin(step->parts.watcher);
	while (watcher_next(step->parts.watcher, &finding)) {
		act_on(step, &finding);
		if (!finding.ended && !finding.vanished && !finding.attached)
			continue;
		read_all(step);
		tell_ends(step);
	}
}

static bool is_idle(const struct step *step)
{
	return targets_set(step->parts.targets)->count == 0 &&
	       !watcher_is_open(step->parts.watcher);
}

bool step_run(struct step *step)
{
	assembly_set_wall_offset(step->parts.assembly, record_clock_wall_offset(step->parts.clock));
	read_some(step);
	tell_ends(step);
	if (!step->is_last)
		targets_serve_demands(step->parts.targets);
	find_targets(step);
	tell_former(step, 0);
	if (!step->ends.unknown)
		dispatcher_discard(step->dispatcher);
	emit(step);
	return !is_idle(step);
}

void step_finish(struct step *step)
{
	const struct timespec pause = { .tv_nsec = WRITING_PAUSE };
	uint64_t end = ring_written(step->parts.ring);

	step->is_last = true;
	read_all(step);
	for (int i = 0; i < WRITING_PAUSES && !ring_has_read(step->parts.ring, end); i++) {
		nanosleep(&pause, NULL);
		read_all(step);
	}
	step_run(step);
	while (ends_first(&step->ends))
		tell_first(step);
}
