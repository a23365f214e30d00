/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_KERNEL_H
#define GOHTTPSNOOP_CORE_KERNEL_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "kernel_attachment.h"
#include "obstacle.h"
#include "probe.h"

/* The kernel side: the loaded program, its maps, and what is attached. */
struct kernel;

struct kernel_options {
	const struct kernel_facts *facts;
	const struct kernel_features *features;
	uint32_t max_string; /* bytes of the longest string captured */
	uint32_t ring_size;  /* bytes, a power of two; libbpf makes whole pages of it */
	enum kernel_attachment attachment;
	bool long_plans; /* other plans than short ones (plan.h) will be installed */
	uint32_t plans;	 /* there will be so many, if that is more than usual; at most PLANS_MAX */
	/* What kernel_watch() tells of, beside targets that run another program. */
	bool watch_all;	       /* every process that does */
	const uint16_t *ports; /* processes that listen on one of these, WATCHED_PORTS at most */
	size_t port_count;
};

/* Why it cannot be opened, beside what the error says. */
struct kernel_failure {
	enum obstacle obstacle;
	char verifier[4096]; /* the last lines that the kernel's verifier wrote; may be empty */
};

/* `ret_failure` is filled when it fails. */
int kernel_open(const struct kernel_options *options, struct kernel **ret_kernel,
		struct kernel_failure *ret_failure, struct error *err);
void kernel_close(struct kernel *kernel);

/* Why the last attachment, or watching, failed. */
enum obstacle kernel_obstacle(const struct kernel *kernel);

/* What is in use: "uprobe_multi", "perf-event uprobes". */
const char *kernel_attachment_name(const struct kernel *kernel);

/* Whether probes can only be attached with CAP_SYS_ADMIN, as far as is known. */
bool kernel_needs_admin(const struct kernel *kernel);

/* Whether values on pages that are not resident are read, too. */
bool kernel_can_sleep(const struct kernel *kernel);

/* The ring buffer map's descriptor, and the word by which its reader says that it sleeps. */
int kernel_ring(const struct kernel *kernel);
uint32_t *kernel_reader_asleep(const struct kernel *kernel);

/* Records of this role that could not be submitted so far. */
uint64_t kernel_lost(const struct kernel *kernel, enum plan_role role);

/* Hits so far that were left out because of PLAN_KEEP. */
uint64_t kernel_filtered(const struct kernel *kernel);

/*
 * From now on the ring has a record of each target that runs another program, and of what else was
 * asked for when the kernel side was opened.
 */
int kernel_watch(struct kernel *kernel, struct error *err);

/* Such records that were not submitted so far: the ring was full, or the kernel left the program out. */
uint64_t kernel_lost_processes(const struct kernel *kernel);

/* Installs a plan and returns its number (0 or more), or -ENOSPC when there are too many. */
int kernel_install(struct kernel *kernel, const struct plan *plan, struct error *err);
void kernel_uninstall(struct kernel *kernel, int plan);

/* Whether other plans than short ones can be installed. */
bool kernel_runs_long_plans(const struct kernel *kernel);

/*
 * Installs a plan that takes the place of an installed one, at all points that are, or will be, attached for that as
 * long ones. Returns its number, which its records carry, or -ENOSPC when there are too many. The plan before, or one
 * that took its place earlier, stays installed: records of it may be on their way.
 */
int kernel_succeed(struct kernel *kernel, int plan, const struct plan *successor,
		   struct error *err);

/* Probes of a process or a file: one link, or one a probe where the kernel has no links for many. */
struct attachment;

struct attach_point {
	uint64_t file_offset;
	int plan;
	bool is_long; /* the plan is none of the short ones (plan.h) */
	bool begins; /* its hits begin what those of other points end: such points are detached first */
};

/*
 * Attaches all points in process `pid`, whose records will carry `target`. They are in the file at `path`, a program or a
 * library. Nothing happens in a process that does not map that file, for example because it runs another program by now.
 */
int kernel_attach(struct kernel *kernel, const char *path, uint32_t pid, uint32_t target,
		  const struct attach_point *points, size_t count,
		  struct attachment **ret_attachment, struct error *err);
/*
 * Attaches all points in the file at `path`, for whoever runs it, now or later: the processes that are
 * adopted, and those that began to run it and were not dismissed yet.
 */
int kernel_attach_file(struct kernel *kernel, const char *path, const struct attach_point *points,
		       size_t count, struct attachment **ret_attachment, struct error *err);

/*
 * Attaches more points, as the first ones of the attachment were, which may move. Those that could be attached before an error
 * stay.
 */
int kernel_attach_more(struct kernel *kernel, const char *path, uint32_t pid, uint32_t target,
		       const struct attach_point *points, size_t count,
		       struct attachment **attachment, struct error *err);

/* From now on hits of the probes of a file in process `pid` are those of `target`. */
int kernel_adopt(struct kernel *kernel, uint32_t pid, uint32_t target,
		 struct attachment **ret_attachment, struct error *err);

/* Whether process `pid` has run the same program since it was attached to, or adopted. */
bool kernel_traces(const struct kernel *kernel, uint32_t pid);

/* When a process began its program, and to listen on a port of the rules: nanoseconds; 0: not noticed. */
struct beginnings {
	uint64_t program, listen;
};

struct beginnings kernel_beginnings(const struct kernel *kernel, uint32_t pid);

/*
 * A process is not wanted for what it began at these times. They are to be read before the process is inspected: it
 * may begin something else at any time, for which it is not dismissed.
 */
void kernel_dismiss(struct kernel *kernel, uint32_t pid, const struct beginnings *beginnings);

/*
 * The process is traced again as the same target. Its entry was removed when it called exec, which it may have done
 * while it was attached to.
 */
int attachment_renew(const struct attachment *attachment);

/* Takes the process out of the map of traced processes, at once; its probes may still be there. */
void attachment_withdraw(struct attachment *attachment);

/* NULL is nothing. Has the kernel wait for what may still run. */
void attachment_detach(struct attachment *attachment);

/* Detaches many at once: each has the kernel wait, and the waits are taken together. */
void attachments_detach(struct attachment **attachments, size_t count);

#endif
