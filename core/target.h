/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TARGET_H
#define GOHTTPSNOOP_CORE_TARGET_H

#include "event.h"
#include "inspection.h"
#include "process.h"

/* A process that is being traced. */
struct target;

/*
 * Attaches to the process and watches for its end on `loop`, a uv_loop_t. Takes over `process` (also
 * on failure) and a reference of its own to the inspection. `ended` is called once, from the loop.
 */
int target_attach(void *loop, struct kernel *kernel, uint32_t id, struct process *process,
		  struct inspection *inspection, void (*ended)(void *user, struct target *target),
		  void *user, struct target **ret_target, struct error *err);

/* Removes the probes, if they are still there. Records that are already in the ring stay there. */
void target_detach(struct target *target);

/* The same for many at once. */
void targets_detach(struct target *const *targets, size_t count);

/* Detaches, and frees the target once the loop has closed its handle. */
void target_close(struct target *target);

uint32_t target_id(const struct target *target);
const struct process_identity *target_identity(const struct target *target);
const struct file_identity *target_file(const struct target *target);
const struct inspection *target_inspection(const struct target *target);

/* A reference to its inspection of the caller's own. */
struct inspection *target_share_inspection(const struct target *target);

#endif
