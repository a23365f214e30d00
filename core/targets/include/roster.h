/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ROSTER_H
#define GOHTTPSNOOP_CORE_ROSTER_H

#include "catalog.h"
#include "error.h"
#include "inspection.h"
#include "notice.h"
#include "target_set.h"

/* Keeps the targets: takes processes on, shares what was found out about a file, sees processes end. */
struct roster;
struct uv_loop_s;

/* All of it outlives the roster, as what `inspection` points at does. */
struct roster_options {
	struct uv_loop_s *loop;
	struct kernel *kernel;
	const struct record_clock *clock;
	struct inspection_options inspection;
	const struct notifier *notifier; /* told what is not as complete as it could be */
	/* From the loop: the target's process has ended. It is withdrawn, and to be removed. */
	void (*ended)(void *user, struct target *target);
	void *user;
};

int roster_create(const struct roster_options *options, struct roster **ret_roster,
		  struct error *err);

/*
 * From now on probes of processes that have ended are removed beside the loop, if threads can be made for it. They
 * have the capabilities of the caller, for good.
 */
void roster_start_workers(struct roster *roster);

/* Removes all targets, and frees the roster. Run the loop after this. */
void roster_destroy(struct roster *roster);

const struct target_set *roster_targets(const struct roster *roster);

/*
 * Makes the file ready for processes that will run it: inspects it, and puts probes into it where that
 * is possible. They stay at least until the caller releases the binary.
 */
int roster_prepare(struct roster *roster, const char *path, struct known_binary **ret_binary,
		   struct error *err);
void roster_release(struct roster *roster, struct known_binary *binary);

/* The same for a while, of a file that nobody named and that may be anything. */
int roster_prepare_found(struct roster *roster, const char *path, const struct file_identity *file);

/* Whether the file was inspected: there may be probes in it. */
bool roster_knows(const struct roster *roster, const struct file_identity *file);

struct roster_counts {
	size_t probes;	     /* in files, and in single processes */
	size_t probed_files; /* with probes for whoever runs them */
	size_t binaries;     /* of which it is known what is in them */
	size_t inspections;  /* made so far */
};

struct roster_counts roster_count(const struct roster *roster);

/* Takes on a process. `ret_target` is NULL where it is a target already. */
int roster_add(struct roster *roster, uint32_t pid, struct target **ret_target, struct error *err);

/*
 * The same for a process that nobody named: one whose file was refused before, or that is plainly no
 * Go program, is refused without being looked into again (-EALREADY, -ENOEXEC). Takes the process's
 * descriptor if it can use it. The probes are put into the file if that can be, and are there for the
 * next process from its first instruction on. `has_loaded`: it has run for a while, and where its file has
 * nothing to trace the libraries that it has loaded may have.
 */
int roster_add_found(struct roster *roster, struct process *process, bool has_loaded,
		     struct target **ret_target, struct error *err);

/*
 * Takes on a process that has ended already, of which there is a hit by this plan. Its target is withdrawn, and
 * to be removed.
 */
int roster_add_ended(struct roster *roster, uint32_t pid, int plan, struct target **ret_target,
		     struct error *err);

/*
 * The process runs another program now: as the target that it was it has ended. That target stays in the set
 * until it is removed. NULL where it was none.
 */
struct target *roster_withdraw(struct roster *roster, uint32_t pid);

/* Removes a target that is withdrawn, and its probes. */
void roster_remove(struct roster *roster, struct target *target);

/* Removes the probes of all targets; records that are in the ring already stay there. */
void roster_detach_all(struct roster *roster);

#endif
