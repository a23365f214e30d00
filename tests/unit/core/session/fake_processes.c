/* SPDX-License-Identifier: MIT */
/* Replaces access to /proc and the file system: core/processes, and the files of core/targets. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "binary.h"
#include "breakpoint.h"
#include "debugger.h"
#include "fakes.h"
#include "go_libraries.h"
#include "listeners.h"
#include "machine.h"
#include "pinned_file.h"
#include "process.h"

/* ---- files ---- */

/* Returns -1 if there is no such file. */
static long find_file(const char *path)
{
	struct machine_process *process;
	size_t number;
	uint32_t pid;

	if (sscanf(path, "/open/%zu", &number) == 1)
		return (long)number;
	if (sscanf(path, "/proc/%u/exe", &pid) == 1) {
		process = machine_find_process(pid);
		return process ? (long)process->file : -1;
	}
	for (size_t i = machine.file_count; i-- > 0;) {
		if (!machine.files[i].is_unlinked && strcmp(machine.files[i].path, path) == 0)
			return (long)i;
	}
	return -1;
}

size_t file_of_path(const char *path)
{
	long file = find_file(path);

	if (file < 0)
		abort();
	return (size_t)file;
}

static struct file_identity identity_of(size_t file)
{
	return (struct file_identity){
		.device = 1,
		.inode = file + 1,
		.changed.tv_sec = machine.files[file].changes,
	};
}

int file_identity_read(const char *path, struct file_identity *ret_identity)
{
	long file = find_file(path);

	if (file < 0)
		return -ENOENT;
	*ret_identity = identity_of((size_t)file);
	return 0;
}

bool file_identity_same_inode(const struct file_identity *a, const struct file_identity *b)
{
	return a->inode == b->inode;
}

bool file_identity_equal(const struct file_identity *a, const struct file_identity *b)
{
	return a->device == b->device && a->inode == b->inode &&
	       a->changed.tv_sec == b->changed.tv_sec;
}

bool file_is_executable(const char *path)
{
	return find_file(path) >= 0;
}

/* A descriptor is the number of the file. */
int pinned_file_open(const char *path, struct pinned_file *ret_file, struct error *err)
{
	long file = find_file(path);
	int r = machine_fails("open");

	if (r == 0 && file < 0)
		r = -ENOENT;
	if (r < 0)
		return error_fail(err, r, "cannot be opened");
	machine.open_descriptors++;
	machine.files[file].leases += !machine.files[file].refuses_leases;
	*ret_file = (struct pinned_file){
		.identity = identity_of((size_t)file),
		.descriptor = (int)file,
		.lease_code = machine.files[file].refuses_leases ? -EINVAL : 0,
	};
	return 0;
}

void pinned_file_close(struct pinned_file *file)
{
	struct machine_file *open;

	if (file->descriptor < 0)
		return;
	open = &machine.files[file->descriptor];
	machine.open_descriptors--;
	open->leases -= file->lease_code == 0;
	open->is_recalled = open->is_recalled && open->leases;
	file->descriptor = -1;
}

bool pinned_file_is_pinned(const struct pinned_file *file)
{
	return file->descriptor >= 0 && file->lease_code == 0;
}

bool pinned_file_is_recalled(const struct pinned_file *file)
{
	return pinned_file_is_pinned(file) && machine.files[file->descriptor].is_recalled;
}

bool pinned_file_is_unlinked(const struct pinned_file *file)
{
	return file->descriptor >= 0 && machine.files[file->descriptor].is_unlinked;
}

struct pinned_file_path pinned_file_path(const struct pinned_file *file)
{
	struct pinned_file_path path;

	snprintf(path.text, sizeof(path.text), "/open/%d", file->descriptor);
	return path;
}

int binary_looks_like_go(const char *path)
{
	long file = find_file(path);
	int r = machine_fails("look");

	if (r < 0)
		return r;
	return file < 0 ? -ENOENT : machine.files[file].code != CODE_OTHER;
}

/* ---- processes ---- */

struct process_exe_path process_exe_path(uint32_t pid)
{
	struct process_exe_path path;

	snprintf(path.text, sizeof(path.text), "/proc/%u/exe", pid);
	return path;
}

int process_open(uint32_t pid, struct process *ret_process, struct error *err)
{
	struct machine_process *found = machine_find_process(pid);
	struct process process = { .pid = pid };
	int r = machine_fails("process");

	if (r == 0 && !found)
		r = -ESRCH;
	if (r < 0) {
		error_subject(err, "pid %u", pid);
		return error_fail(err, r, "cannot be looked at");
	}
	process.descriptor = dup(found->end);
	process.file = identity_of(found->file);
	snprintf(process.exe, sizeof(process.exe), "%s", machine.files[found->file].path);
	snprintf(process.comm, sizeof(process.comm), "%.15s",
		 strrchr(machine.files[found->file].path, '/') + 1);
	machine.open_descriptors++;
	*ret_process = process;
	return 0;
}

void process_init_placeholder(uint32_t pid, const char *exe, struct process *ret_process)
{
	*ret_process = (struct process){ .pid = pid, .descriptor = -1 };
	snprintf(ret_process->exe, sizeof(ret_process->exe), "%s", exe);
}

enum process_program process_program(const struct process *process)
{
	struct machine_process *found = machine_find_process(process->pid);

	if (!found)
		return PROCESS_RUNS_NONE;
	return found->file + 1 == process->file.inode ? PROCESS_RUNS_SAME : PROCESS_RUNS_OTHER;
}

void process_close(struct process *process)
{
	if (process->descriptor < 0)
		return;
	close(process->descriptor);
	process->descriptor = -1;
	machine.open_descriptors--;
}

int process_container(uint32_t pid, struct container_id *ret_id, struct error *err)
{
	int r = machine_fails("container");

	return r < 0 ? error_fail(err, r, "its cgroups cannot be read") : 0;
}

int process_list(uint32_t **ret_pids, size_t *ret_count, struct error *err)
{
	uint32_t *pids = malloc(MACHINE_PROCESSES * sizeof(*pids));
	size_t count = 0;
	int r = pids ? machine_fails("list") : -ENOMEM;

	if (r < 0) {
		free(pids);
		return error_fail(err, r, "/proc cannot be read");
	}
	for (size_t i = 0; i < machine.process_count; i++) {
		if (!machine.processes[i].has_ended)
			pids[count++] = machine.processes[i].pid;
	}
	*ret_pids = pids;
	*ret_count = count;
	return 0;
}

/* ---- other facts about a process ---- */

int listeners_include(uint32_t pid, const uint16_t *ports, size_t count)
{
	struct machine_process *process = machine_find_process(pid);
	int r = machine_fails("listeners");

	for (size_t i = 0; r == 0 && process && i < count; i++)
		r = process->port == ports[i];
	return r;
}

int go_libraries_find(const struct process *process, struct go_libraries *ret_libraries,
		      struct error *err)
{
	struct machine_process *found = machine_find_process(process->pid);
	int r = machine_fails("libraries");

	if (r < 0)
		return error_fail(err, r, "its mappings cannot be read");
	*ret_libraries = (struct go_libraries){ .paths = calloc(2, sizeof(char *)) };
	if (!ret_libraries->paths)
		abort();
	for (size_t i = 0; found && i < found->library_count; i++)
		ret_libraries->paths[ret_libraries->count++] =
			machine.files[found->libraries[i]].path;
	return 0;
}

void go_libraries_finish(struct go_libraries *libraries)
{
	free(libraries->paths);
}

struct library_path library_path(uint32_t pid, const char *path)
{
	struct library_path here;

	snprintf(here.text, sizeof(here.text), "%s", path);
	return here;
}

int breakpoint_stands(uint32_t pid, const char *library, uint64_t file_offset)
{
	struct machine_process *process = machine_find_process(pid);
	int r = machine_fails("breakpoint");

	if (r < 0)
		return r;
	return process ? !machine.files[process->file].is_copied : -ESRCH;
}

bool debugger_warn(const struct process *process, struct error *ret_warning)
{
	return false;
}
