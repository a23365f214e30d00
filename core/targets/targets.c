/* SPDX-License-Identifier: MIT */
#include "targets.h"

#include <errno.h>
#include <stdlib.h>

#include "debugger.h"
#include "detacher.h"
#include "known_binary.h"
#include "process_code.h"

struct targets {
	struct targets_options options;
	struct detacher *detacher;
	struct target_set set;
};

int targets_create(const struct targets_options *options, struct targets **ret_targets,
		   struct error *err)
{
	struct targets *targets = calloc(1, sizeof(*targets));
	int r;

	if (!targets)
		return error_fail(err, -ENOMEM, "out of memory");
	r = detacher_create(options->loop, &targets->detacher, err);
	if (r < 0) {
		free(targets);
		return r;
	}
	targets->options = *options;
	*ret_targets = targets;
	return 0;
}

static void warn(const struct targets *targets, const struct error *why)
{
	notice_error(targets->options.notifier, NOTICE_INFO, why);
}

void targets_start_detacher(struct targets *targets)
{
	struct error why = { 0 };

	if (detacher_start(targets->detacher, &why) < 0)
		warn(targets, &why);
}

void targets_destroy(struct targets *targets)
{
	if (!targets)
		return;
	targets_detach_all(targets);
	for (size_t i = 0; i < targets->set.count; i++)
		target_close(targets->set.targets[i]);
	target_set_finish(&targets->set);
	detacher_destroy(targets->detacher);
	free(targets);
}

const struct target_set *targets_set(const struct targets *targets)
{
	return &targets->set;
}

/*
 * Returns the target of the process. Targets that have ended stay in the set until their end was reported, and are
 * not returned.
 */
static struct target *find_target(const struct targets *targets, uint32_t pid)
{
	struct target *target = target_set_find_pid(&targets->set, pid);

	return target && !target_is_withdrawn(target) ? target : NULL;
}

static void on_target_ended(void *user, struct target *target)
{
	struct targets *targets = user;

	if (target_withdraw(target))
		targets->options.ended(targets->options.user, target);
}

static int targets_insert(struct targets *targets, struct target *target, struct error *err)
{
	int r = target_set_add(&targets->set, target);

	if (r == 0)
		return 0;
	target_close(target);
	return error_fail(err, r, "out of memory");
}

static struct target_options target_options(struct targets *targets, struct known_binary *binary)
{
	return (struct target_options){
		.loop = targets->options.loop,
		.kernel = targets->options.kernel,
		.clock = targets->options.clock,
		.id = target_set_next_id(&targets->set),
		.detacher = targets->detacher,
		.binary = binary,
		.ended = on_target_ended,
		.user = targets,
	};
}

static int attach_binary(struct targets *targets, struct process *process,
			 struct known_binary *binary, struct target **ret_target, struct error *err)
{
	struct target_options options = target_options(targets, binary);
	struct target *target;
	int r = target_attach(&options, process, &target, err);

	if (r == 0)
		r = targets_insert(targets, target, err);
	if (r == 0)
		*ret_target = target;
	return r;
}

/* Takes ownership of the process and of the use of the binary. */
static int targets_attach_process(struct targets *targets, struct process *process,
				  struct known_binary *binary, bool whole_file,
				  struct target **ret_target, struct error *err)
{
	bool is_library = inspection_is_library(binary->inspection);
	struct error warning;
	int r = 0;

	if (whole_file && !is_library)
		r = binary_cache_probe(targets->options.cache, binary, process->exe, err);
	if (r < 0) {
		process_close(process);
		binary_cache_release(binary);
		return r;
	}
	r = attach_binary(targets, process, binary, ret_target, err);
	if (r == 0 && debugger_warn(process, &warning))
		warn(targets, &warning);
	return r;
}

/* The same, and reports loaded libraries that are not traced. */
static int attach_loaded(struct targets *targets, struct process *process,
			 struct known_binary *binary, bool whole_file, struct target **ret_target,
			 struct error *err)
{
	struct go_libraries libraries = { .count = 0 };
	int r = 0;

	if (!inspection_is_library(binary->inspection))
		r = go_libraries_find(process, &libraries, err);
	if (r < 0) {
		process_close(process);
		binary_cache_release(binary);
		return r;
	}
	r = targets_attach_process(targets, process, binary, whole_file, ret_target, err);
	if (r == 0)
		process_code_warn(targets->options.notifier, process, &libraries);
	go_libraries_finish(&libraries);
	return r;
}

size_t targets_count_probes(const struct targets *targets)
{
	size_t count = 0;

	for (size_t i = 0; i < targets->set.count; i++)
		count += target_probes(targets->set.targets[i]);
	return count;
}

int targets_add(struct targets *targets, uint32_t pid, struct target **ret_target,
		struct error *err)
{
	struct known_binary *binary;
	struct process process;
	int r;

	if (find_target(targets, pid)) {
		*ret_target = NULL;
		return 0;
	}
	r = process_open(pid, &process, err);
	if (r < 0)
		return r;
	error_subject(err, "pid %u (%s)", pid, process.exe);
	r = process_code_open(targets->options.cache, &process, &binary, err);
	if (r < 0) {
		process_close(&process);
		return r;
	}
	return attach_loaded(targets, &process, binary, false, ret_target, err);
}

int targets_add_matched(struct targets *targets, struct process *process, bool has_loaded,
			struct target **ret_target, struct error *err)
{
	struct binary_cache *cache = targets->options.cache;
	struct target *target = find_target(targets, process->pid);
	struct process_exe_path path = process_exe_path(process->pid);
	struct process taken = *process;
	struct known_binary *binary;
	int r;

	if (target) {
		/* For later processes of the same file. */
		if (!target_identity(target)->library)
			binary_cache_probe(cache, target_binary(target), process->exe, NULL);
		*ret_target = NULL;
		return 0;
	}
	error_subject(err, "pid %u (%s)", taken.pid, taken.exe);
	r = process_code_open_matched(cache, &taken, has_loaded, &binary, err);
	if (r == 0) {
		process->descriptor = -1;
		r = has_loaded ?
			    attach_loaded(targets, &taken, binary, true, ret_target, err) :
			    targets_attach_process(targets, &taken, binary, true, ret_target, err);
		binary_cache_refuse(cache, path.text, &taken.file, r);
	}
	/* A failure of a process that has ended says nothing about its file. */
	if (r < 0 && r != -EALREADY && process_program(&taken) != PROCESS_RUNS_SAME)
		return error_fail(err, -ESRCH, "the process has ended");
	return r;
}

int targets_add_ended(struct targets *targets, uint32_t pid, int plan, struct target **ret_target,
		      struct error *err)
{
	struct known_binary *binary = binary_cache_find(targets->options.cache, plan);
	struct target_options options;
	struct process process;
	struct target *target;
	int r;

	if (!binary)
		return error_fail(err, -ESRCH, "no such process");
	process_init_placeholder(pid, known_binary_name(binary), &process);
	options = target_options(targets, binary);
	r = target_create_ended(&options, &process, &target, err);
	if (r == 0)
		r = targets_insert(targets, target, err);
	if (r < 0)
		return r;
	target_withdraw(target);
	*ret_target = target;
	return 0;
}

static int attach_demanded(struct targets *targets, struct known_binary *binary, struct error *err)
{
	struct kernel *kernel = targets->options.kernel;
	size_t count;
	const struct attach_point *points = inspection_demand(binary->inspection, &count);
	int r = known_binary_probe_more(binary, kernel, points, count, err);

	for (size_t i = 0; r == 0 && i < targets->set.count; i++) {
		struct target *target = targets->set.targets[i];

		if (target_binary(target) == binary)
			r = target_attach_more(target, kernel, points, count, err);
	}
	return r;
}

void targets_serve_demands(struct targets *targets)
{
	for (size_t i = 0; i < targets->set.count; i++) {
		struct known_binary *binary = target_binary(targets->set.targets[i]);
		struct error why = { 0 };

		if (!binary->is_demanding)
			continue;
		binary->is_demanding = false;
		error_subject(&why, "%s", known_binary_name(binary));
		if (attach_demanded(targets, binary, &why) < 0)
			notice_error(targets->options.notifier, NOTICE_DEBUG, &why);
	}
}

struct target *targets_withdraw(struct targets *targets, uint32_t pid)
{
	struct target *target = find_target(targets, pid);

	if (target)
		target_withdraw(target);
	return target;
}

void targets_remove(struct targets *targets, struct target *target)
{
	target_set_remove(&targets->set, target);
	target_close(target);
}

void targets_detach_all(struct targets *targets)
{
	target_detach_all(targets->set.targets, targets->set.count);
}
