/* SPDX-License-Identifier: MIT */
#include "inventory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "go_libraries.h"
#include "inspected_files.h"

static int inventory_fail_memory(struct error *err)
{
	return error_fail(err, -ENOMEM, "out of memory");
}

static bool has_pid(const uint32_t *pids, size_t count, uint32_t pid)
{
	for (size_t i = 0; i < count; i++) {
		if (pids[i] == pid)
			return true;
	}
	return false;
}

static bool is_named_by_id(const struct inventory_options *options, uint32_t pid)
{
	return has_pid(options->pids, options->pid_count, pid);
}

/* The user expects a process that was named to be traced: a refusal of it is reported. */
static bool is_named(const struct inventory_options *options, const struct process *process)
{
	struct discovery_rules named = options->rules;

	named.all = false;
	return is_named_by_id(options, process->pid) || named.port_count ||
	       discovery_wants(&named, process);
}

static void inventory_refuse(struct inventory *inventory, const struct inventory_options *options,
			     const struct process *process, const struct error *file_error)
{
	bool named = is_named(options, process);
	struct error why = { 0 };

	inventory->refused += named;
	error_subject(&why, "pid %u (%s)", process->pid, process->exe);
	error_adopt(&why, file_error);
	notice_error(options->inspection.notifier, named ? NOTICE_ERROR : NOTICE_DEBUG, &why);
}

/* ---- the file with the Go code ---- */

/* Finds the first library of the process that can be traced. 0 with `*ret_file` NULL if there is none. */
static int find_library(struct inventory *inventory, const struct inventory_options *options,
			const struct process *process, const struct inspected_file **ret_file,
			char **ret_path, struct error *err)
{
	struct go_libraries libraries;
	int r = go_libraries_find(process, &libraries, err);

	*ret_file = NULL;
	if (r < 0)
		return r;
	for (size_t i = 0; r == 0 && !*ret_file && i < libraries.count; i++) {
		struct library_path path = library_path(process->pid, libraries.paths[i]);
		const struct inspection_file file = { path.text, libraries.paths[i],
						      libraries.paths[i] };
		const struct inspected_file *found;
		struct file_identity identity;

		if (file_identity_read(path.text, &identity) < 0)
			continue;
		found = inspected_files_get(inventory->files, &file, &identity,
					    &options->inspection, err);
		if (!found) {
			r = -ENOMEM;
		} else if (found->result == 0) {
			*ret_file = found;
			*ret_path = strdup(libraries.paths[i]);
			r = *ret_path ? 0 : inventory_fail_memory(err);
		}
	}
	go_libraries_finish(&libraries);
	return r;
}

/*
 * Finds the program of the process or, if that is not to be traced, a library. 0 with `*ret_file` NULL if it cannot be
 * traced, which is reported.
 */
static int find_code(struct inventory *inventory, const struct inventory_options *options,
		     const struct process *process, const struct inspected_file **ret_file,
		     char **ret_library, struct error *err)
{
	struct process_exe_path path = process_exe_path(process->pid);
	const struct inspection_file file = { path.text, process->exe, process->exe };
	const struct inspected_file *program = inspected_files_get(
		inventory->files, &file, &process->file, &options->inspection, err);
	int r;

	if (!program)
		return -ENOMEM;
	*ret_file = program;
	if (program->result == 0)
		return 0;
	*ret_file = NULL;
	if (program->result == -ENOENT || program->result == -ENOEXEC) {
		r = find_library(inventory, options, process, ret_file, ret_library, err);
		if (r < 0 || *ret_file)
			return r;
	}
	inventory_refuse(inventory, options, process, &program->why);
	return 0;
}

/* ---- one process ---- */

static void inventory_process_finish(struct inventory_process *process)
{
	free(process->exe);
	free(process->library);
	listened_ports_finish(&process->listened);
}

static int describe(const struct process *process, const struct inspected_file *file,
		    struct inventory_process *found, struct error *err)
{
	int r;

	found->pid = process->pid;
	memcpy(found->comm, process->comm, sizeof(found->comm));
	found->go_version = file->go_version;
	found->convention = file->convention;
	found->libraries = file->libraries;
	found->library_count = file->library_count;
	found->exe = strdup(process->exe);
	if (!found->exe)
		return inventory_fail_memory(err);
	r = process_container(process->pid, &found->container, err);
	if (r < 0)
		return r;
	r = listeners_find(process->pid, &found->listened);
	return r < 0 ? error_fail(err, r, "the sockets of process %u cannot be read: %s",
				  process->pid, strerror(-r)) :
		       0;
}

static int inventory_add(struct inventory *inventory, const struct inventory_process *process,
			 struct error *err)
{
	struct inventory_process *processes =
		array_grow(inventory->processes, inventory->count, sizeof(*processes));

	if (!processes)
		return inventory_fail_memory(err);
	inventory->processes = processes;
	processes[inventory->count++] = *process;
	return 0;
}

static int add_process(struct inventory *inventory, const struct inventory_options *options,
		       const struct process *process, struct error *err)
{
	struct inventory_process found = { 0 };
	const struct inspected_file *file;
	int r = find_code(inventory, options, process, &file, &found.library, err);

	if (r == 0 && !file)
		return 0;
	if (r == 0)
		r = describe(process, file, &found, err);
	if (r == 0)
		r = inventory_add(inventory, &found, err);
	if (r < 0)
		inventory_process_finish(&found);
	return r;
}

/* Whether it is to be traced if it can be; negative as discovery_wants_now(). */
static int is_to_be_listed(const struct inventory_options *options, const struct process *process,
			   struct error *err)
{
	if (is_named_by_id(options, process->pid))
		return true;
	return discovery_wants_now(&options->rules, process, err);
}

/* A process that has ended, or that must not be inspected, is passed over unless it was named by its id. */
static int examine(struct inventory *inventory, const struct inventory_options *options,
		   uint32_t pid, struct error *err)
{
	struct process process;
	struct error why = { 0 };
	int r = process_open(pid, &process, &why);

	if (error_is_shortage(r))
		return error_adopt(err, &why);
	if (r < 0 && is_named_by_id(options, pid)) {
		inventory->refused++;
		notice_error(options->inspection.notifier, NOTICE_ERROR, &why);
	}
	if (r < 0)
		return 0;
	r = is_to_be_listed(options, &process, err);
	if (r > 0)
		r = add_process(inventory, options, &process, err);
	process_close(&process);
	return r;
}

/* ---- all processes ---- */

/* Reports the processes that were named and that do not run. */
static void refuse_missing(struct inventory *inventory, const struct inventory_options *options,
			   const uint32_t *pids, size_t count)
{
	for (size_t i = 0; i < options->pid_count; i++) {
		struct error why = { 0 };

		if (has_pid(pids, count, options->pids[i]))
			continue;
		inventory->refused++;
		error_subject(&why, "pid %u", options->pids[i]);
		error_fail(&why, -ESRCH, "no such process");
		notice_error(options->inspection.notifier, NOTICE_ERROR, &why);
	}
}

/* Reports that processes may be missing, if a privilege to look at all is. */
static void warn_of_hidden_processes(const struct inventory_options *options)
{
	struct error why = { 0 };

	if (discovery_has_rules(&options->rules) && discovery_hides(&options->rules, &why))
		notice_error(options->inspection.notifier, NOTICE_INFO, &why);
}

static int examine_all(struct inventory *inventory, const struct inventory_options *options,
		       struct error *err)
{
	uint32_t *pids;
	size_t count;
	int r = process_list(&pids, &count, err);

	if (r < 0)
		return r;
	warn_of_hidden_processes(options);
	for (size_t i = 0; r >= 0 && i < count; i++)
		r = examine(inventory, options, pids[i], err);
	if (r >= 0)
		refuse_missing(inventory, options, pids, count);
	free(pids);
	return r < 0 ? r : 0;
}

int inventory_take(const struct inventory_options *options, struct inventory *ret_inventory,
		   struct error *err)
{
	struct inventory inventory = { .files = calloc(1, sizeof(struct inspected_files)) };
	int r = inventory.files ? examine_all(&inventory, options, err) :
				  inventory_fail_memory(err);

	if (r < 0)
		inventory_finish(&inventory);
	else
		*ret_inventory = inventory;
	return r;
}

void inventory_finish(struct inventory *inventory)
{
	for (size_t i = 0; i < inventory->count; i++)
		inventory_process_finish(&inventory->processes[i]);
	free(inventory->processes);
	if (inventory->files)
		inspected_files_finish(inventory->files);
	free(inventory->files);
	*inventory = (struct inventory){ 0 };
}
