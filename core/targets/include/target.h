/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TARGET_H
#define GOHTTPSNOOP_CORE_TARGET_H

#include "inspection.h"
#include "process.h"
#include "process_identity.h"
#include "record_clock.h"

struct detacher;
struct known_binary;
struct uv_loop_s;

/* A process that is being traced. */
struct target;

struct target_options {
	struct uv_loop_s *loop;
	struct kernel *kernel;
	const struct record_clock *clock;
	uint32_t id;
	struct detacher *detacher;   /* that removes its probes */
	struct known_binary *binary; /* a use of it is taken over, also on failure */
	/* Called once, from the loop, when the process has ended. */
	void (*ended)(void *user, struct target *target);
	void *user;
};

/*
 * Attaches to the process, unless the probes of its file see it, and watches for its end. Takes over
 * `process`, also on failure.
 */
int target_attach(const struct target_options *options, struct process *process,
		  struct target **ret_target, struct error *err);

/* A target of whose process no more is left than the records of what it did. */
int target_create_ended(const struct target_options *options, const struct process *process,
			struct target **ret_target, struct error *err);

/*
 * The process has ended as the one it was: its number may be another target's from now on. False when that
 * was known already.
 */
bool target_withdraw(struct target *target);
bool target_is_withdrawn(const struct target *target);

/* Removes the probes of many at once. Records that are already in the ring stay there. */
void target_detach_all(struct target *const *targets, size_t count);

/* Removes the probes and frees the target, in the course of the loop. */
void target_close(struct target *target);

/*
 * Its program needs the probes on demand (inspection.h), if there are any. They are attached by targets_serve_demands() to all
 * that run it.
 */
void target_demand_probes(const struct target *target);

/* Attaches more probes, unless those of its file see the process. */
int target_attach_more(struct target *target, struct kernel *kernel,
		       const struct attach_point *points, size_t count, struct error *err);

uint32_t target_id(const struct target *target);
/*
 * From when on, by the clock of records, all of its probes are in their places: they are put there
 * one after the other. 0: since before it was a target.
 */
uint64_t target_since(const struct target *target);
const struct process_identity *target_identity(const struct target *target);
/* The probes of its own, beside those of its file. */
size_t target_probes(const struct target *target);

struct known_binary *target_binary(const struct target *target);
const struct inspection *target_inspection(const struct target *target);

#endif
