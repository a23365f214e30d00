/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_CANDIDATE_H
#define GOHTTPSNOOP_CORE_CANDIDATE_H

#include "discovery.h"
#include "finding.h"
#include "kernel.h"

struct binary_cache;
struct targets;

/* A process that is inspected, because a notification or a scan of all processes named it. */
struct candidate {
	struct kernel *kernel;
	struct process process;
	struct beginnings beginnings; /* from before it was opened */
	bool has_loaded;	      /* it may have loaded a library since it began */
	bool named;		      /* its refusal is reported */
};

/*
 * Opens a running process; the caller sets `has_loaded` and `named`, and releases the candidate with candidate_close().
 */
int candidate_open(struct kernel *kernel, uint32_t pid, struct candidate *ret_candidate,
		   struct error *err);

/*
 * The same for the process of a notification. If it has ended (-ESRCH, -ENOENT), the finding says so; if it cannot be
 * inspected, it is dismissed (see kernel_dismiss()).
 */
int candidate_open_noticed(struct kernel *kernel, uint32_t pid, struct candidate *ret_candidate,
			   struct finding *finding, struct error *err);

void candidate_close(struct candidate *candidate);

/*
 * Returns whether the process matches a rule other than --all or a port: with --all only refusals of such processes are
 * reported.
 */
bool candidate_is_named(const struct candidate *candidate, const struct discovery_rules *rules);

/*
 * Attaches to the file of a process that matches, also for later processes. Processes that run it but do not match cost
 * a few map lookups for each hit. The finding then has the target; or says that the process has ended (-ESRCH), or is
 * unwanted because it cannot be traced (-EALREADY: the refusal of its file was already reported).
 */
int candidate_attach(struct candidate *candidate, struct targets *targets, struct finding *finding,
		     struct error *err);

/*
 * The finding says that a process that does not match is unwanted. If its file is known, as there may be probes in it,
 * the process is dismissed.
 */
void candidate_discard(const struct candidate *candidate, const struct binary_cache *cache,
		       struct finding *finding);

#endif
