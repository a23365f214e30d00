/* SPDX-License-Identifier: MIT */
/* A process under inspection, from the first look at it to the finding. */
#include "candidate.h"

#include <errno.h>

#include "binary_cache.h"
#include "targets.h"

int candidate_open(struct kernel *kernel, uint32_t pid, struct candidate *ret_candidate,
		   struct error *err)
{
	ret_candidate->kernel = kernel;
	ret_candidate->beginnings = kernel_beginnings(kernel, pid);
	return process_open(pid, &ret_candidate->process, err);
}

int candidate_open_noticed(struct kernel *kernel, uint32_t pid, struct candidate *ret_candidate,
			   struct finding *finding, struct error *err)
{
	int r = candidate_open(kernel, pid, ret_candidate, err);

	if (r == -ESRCH || r == -ENOENT)
		finding->vanished = pid;
	else if (r < 0)
		kernel_dismiss(kernel, pid, &ret_candidate->beginnings);
	return r;
}

void candidate_close(struct candidate *candidate)
{
	process_close(&candidate->process);
}

bool candidate_is_named(const struct candidate *candidate, const struct discovery_rules *rules)
{
	struct discovery_rules named = *rules;

	named.all = false;
	return discovery_wants(&named, &candidate->process);
}

static void set_unwanted(struct finding *finding, const struct process *process)
{
	finding->unwanted = process->pid;
	finding->unwanted_file = process->file;
}

int candidate_attach(struct candidate *candidate, struct targets *targets, struct finding *finding,
		     struct error *err)
{
	struct process *process = &candidate->process;
	uint32_t pid = process->pid;
	int r = targets_add_matched(targets, process, candidate->has_loaded, &finding->attached,
				    err);

	if (r == -ESRCH) {
		finding->vanished = pid;
	} else if (r < 0) {
		kernel_dismiss(candidate->kernel, pid, &candidate->beginnings);
		set_unwanted(finding, process);
	}
	return r;
}

void candidate_discard(const struct candidate *candidate, const struct binary_cache *cache,
		       struct finding *finding)
{
	const struct process *process = &candidate->process;
	/* It is not dismissed for where it listens: a notification of that is still to come, or was handled. */
	const struct beginnings began = { .program = candidate->beginnings.program };

	if (binary_cache_knows(cache, &process->file))
		kernel_dismiss(candidate->kernel, process->pid, &began);
	set_unwanted(finding, process);
}
