/* SPDX-License-Identifier: MIT */
#include "roster.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "binary.h"
#include "catalog.h"
#include "debugger.h"
#include "go_libraries.h"
#include "name_list.h"
#include "workers.h"

/* Files found not to be worth another look; enough for what a host runs over and over. */
enum { MAX_REFUSED_FILES = 256 };

struct roster {
	struct roster_options options;
	struct catalog *catalog;
	bool warned;
	bool has_workers;
	struct target_set targets;
	struct file_identity refused[MAX_REFUSED_FILES]; /* a ring: the oldest gives way */
	size_t refused_count;
};

int roster_create(const struct roster_options *options, struct roster **ret_roster,
		  struct error *err)
{
	struct roster *roster = calloc(1, sizeof(*roster));
	int r;

	if (!roster)
		return error_fail(err, -ENOMEM, "out of memory");
	r = catalog_create(options->loop, options->kernel, &options->inspection, &roster->catalog,
			   err);
	if (r < 0) {
		free(roster);
		return r;
	}
	roster->options = *options;
	*ret_roster = roster;
	return 0;
}

static void warn(const struct roster *roster, const struct error *why)
{
	notice_error(roster->options.notifier, NOTICE_INFO, why);
}

void roster_start_workers(struct roster *roster)
{
	struct error why = { 0 };

	roster->has_workers = workers_start(roster->options.loop, &why) == 0;
	if (!roster->has_workers)
		warn(roster, &why);
}

void roster_destroy(struct roster *roster)
{
	if (!roster)
		return;
	roster_detach_all(roster);
	for (size_t i = 0; i < roster->targets.count; i++)
		target_close(roster->targets.targets[i]);
	target_set_finish(&roster->targets);
	catalog_destroy(roster->catalog);
	free(roster);
}

const struct target_set *roster_targets(const struct roster *roster)
{
	return &roster->targets;
}

/* The target that the process is: not one that has ended, which stays in the set until that was told. */
static struct target *find(const struct roster *roster, uint32_t pid)
{
	struct target *target = target_set_find_pid(&roster->targets, pid);

	return target && !target_is_withdrawn(target) ? target : NULL;
}

static void on_target_ended(void *user, struct target *target)
{
	struct roster *roster = user;

	if (target_withdraw(target))
		roster->options.ended(roster->options.user, target);
}

static int add(struct roster *roster, struct target *target, struct error *err)
{
	int r = target_set_add(&roster->targets, target);

	if (r == 0)
		return 0;
	target_close(target);
	return error_fail(err, r, "out of memory");
}

static struct target_options target_options(struct roster *roster, struct known_binary *binary)
{
	return (struct target_options){
		.loop = roster->options.loop,
		.kernel = roster->options.kernel,
		.clock = roster->options.clock,
		.id = target_set_next_id(&roster->targets),
		.has_workers = roster->has_workers,
		.binary = binary,
		.ended = on_target_ended,
		.user = roster,
	};
}

static int attach_binary(struct roster *roster, struct process *process,
			 struct known_binary *binary, struct target **ret_target, struct error *err)
{
	struct target_options options = target_options(roster, binary);
	struct target *target;
	int r = target_attach(&options, process, &target, err);

	if (r == 0)
		r = add(roster, target, err);
	if (r == 0)
		*ret_target = target;
	return r;
}

/* Where the probes cannot be in the file they are in each process; a shortage is over some time. */
static int probe_file(struct roster *roster, struct known_binary *binary, const char *path,
		      struct error *err)
{
	struct error why = { 0 };
	int r = catalog_probe(roster->catalog, binary, &why);

	if (error_is_shortage(r))
		return error_adopt(err, &why);
	if (r == 0 || roster->warned)
		return 0;
	roster->warned = true;
	error_subject(&why, "%s", path);
	warn(roster, &why);
	return 0;
}

/* What a process runs; a library by itself runs nowhere. */
static int open_program(struct roster *roster, const char *path, const char *name,
			struct known_binary **ret_binary, struct error *err)
{
	struct known_binary *binary;
	int r = catalog_open(roster->catalog, path, name, &binary, err);

	if (r < 0)
		return r;
	if (!inspection_is_library(known_binary_inspection(binary))) {
		*ret_binary = binary;
		return 0;
	}
	catalog_release(roster->catalog, binary);
	error_fail(err, -ENOTSUP,
		   "this is a shared library (-buildmode=c-shared or plugin), not a program");
	error_hint(err, "name a process that has loaded it: --pid PID");
	return -ENOTSUP;
}

/*
 * The first of the Go libraries that the process has loaded in which something is to be traced. -EALREADY
 * when it has none, and then there is no error.
 */
static int open_library(struct roster *roster, const struct process *process,
			struct known_binary **ret_binary, struct error *err)
{
	struct go_libraries libraries;
	int r = go_libraries_find(process, &libraries, err);

	if (r < 0)
		return r;
	r = -EALREADY;
	for (size_t i = 0; r < 0 && !error_is_shortage(r) && i < libraries.count; i++) {
		const char *path = libraries.paths[i];
		struct error why = { 0 };

		r = catalog_open(roster->catalog, library_path(process->pid, path).text, path,
				 ret_binary, &why);
		if (r < 0)
			error_fail(err, r, "its library %s: %s", path, why.what);
		if (r < 0 && why.hint[0])
			error_hint(err, "%s", why.hint);
	}
	if (libraries.count == 0 && libraries.deleted)
		error_hint(
			err,
			"it has loaded the deleted file %s: restart the process if that file has Go code",
			libraries.deleted);
	go_libraries_finish(&libraries);
	return r;
}

/* Whether another file of the process may have what this one has not. */
static bool is_elsewhere(int r)
{
	return r == -ENOENT || r == -ENOEXEC || r == -EALREADY;
}

/* What is to be traced of a process: what it runs, or a library that it has loaded. */
static int open_code(struct roster *roster, const struct process *process,
		     struct known_binary **ret_binary, struct error *err)
{
	struct process_exe_path path = process_exe_path(process->pid);
	struct error why = { 0 };
	int r = open_program(roster, path.text, process->exe, ret_binary, err), found;

	if (!is_elsewhere(r))
		return r;
	found = open_library(roster, process, ret_binary, &why);
	/* That a program of Go has nothing to trace stays the reason where its libraries have none, either. */
	if (found == -EALREADY)
		error_hint(err, "%s", why.hint);
	if (found == -EALREADY || (found == -ENOENT && binary_looks_like_go(path.text) > 0))
		return r;
	return found < 0 ? error_adopt(err, &why) : 0;
}

/* What a program of Go has loaded has its own copies of what it serves with. */
static void warn_of_libraries(struct roster *roster, const struct process *process,
			      const struct go_libraries *libraries)
{
	struct name_list names = { .count = 0 };
	char text[NAME_LIST_TEXT];
	struct error why = { 0 };

	for (size_t i = 0; i < libraries->count; i++)
		name_list_add(&names, libraries->paths[i]);
	if (!names.count)
		return;
	name_list_format(&names, text);
	error_subject(&why, "pid %u (%s)", process->pid, process->exe);
	error_fail(&why, -ENOTSUP, "the Go libraries that it has loaded are not traced: %s", text);
	error_hint(&why, "to trace a library, give a FUNCTION that only the library has");
	warn(roster, &why);
}

/* Takes over the process, and the use of the binary. */
static int attach(struct roster *roster, struct process *process, struct known_binary *binary,
		  bool whole_file, struct target **ret_target, struct error *err)
{
	bool is_library = inspection_is_library(known_binary_inspection(binary));
	struct error warning;
	int r = 0;

	if (whole_file && !is_library)
		r = probe_file(roster, binary, process->exe, err);
	if (r < 0)
		process_close(process);
	else
		r = attach_binary(roster, process, binary, ret_target, err);
	if (r < 0) {
		catalog_release(roster->catalog, binary);
		return r;
	}
	if (debugger_warn(process, &warning))
		warn(roster, &warning);
	return 0;
}

/* The same, and tells of libraries that it has loaded and that are not traced. */
static int attach_loaded(struct roster *roster, struct process *process,
			 struct known_binary *binary, bool whole_file, struct target **ret_target,
			 struct error *err)
{
	struct go_libraries libraries = { .count = 0 };
	int r = 0;

	if (!inspection_is_library(known_binary_inspection(binary)))
		r = go_libraries_find(process, &libraries, err);
	if (r < 0) {
		process_close(process);
		catalog_release(roster->catalog, binary);
		return r;
	}
	r = attach(roster, process, binary, whole_file, ret_target, err);
	if (r == 0)
		warn_of_libraries(roster, process, &libraries);
	go_libraries_finish(&libraries);
	return r;
}

int roster_prepare(struct roster *roster, const char *path, struct known_binary **ret_binary,
		   struct error *err)
{
	struct known_binary *binary;
	int r;

	error_subject(err, "%s", path);
	r = open_program(roster, path, path, &binary, err);
	if (r < 0)
		return r;
	r = probe_file(roster, binary, path, err);
	if (r < 0) {
		catalog_release(roster->catalog, binary);
		return r;
	}
	*ret_binary = binary;
	return 0;
}

void roster_release(struct roster *roster, struct known_binary *binary)
{
	catalog_release(roster->catalog, binary);
}

bool roster_knows(const struct roster *roster, const struct file_identity *file)
{
	return catalog_knows(roster->catalog, file);
}

struct roster_counts roster_count(const struct roster *roster)
{
	struct catalog_counts catalog = catalog_count(roster->catalog);
	struct roster_counts counts = {
		.probes = catalog.probes,
		.probed_files = catalog.probed_files,
		.binaries = catalog.binaries,
		.inspections = catalog.inspections,
	};

	for (size_t i = 0; i < roster->targets.count; i++)
		counts.probes += target_probes(roster->targets.targets[i]);
	return counts;
}

int roster_add(struct roster *roster, uint32_t pid, struct target **ret_target, struct error *err)
{
	struct known_binary *binary;
	struct process process;
	int r;

	if (find(roster, pid)) {
		*ret_target = NULL;
		return 0;
	}
	r = process_open(pid, &process, err);
	if (r < 0)
		return r;
	error_subject(err, "pid %u (%s)", pid, process.exe);
	r = open_code(roster, &process, &binary, err);
	if (r < 0) {
		process_close(&process);
		return r;
	}
	return attach_loaded(roster, &process, binary, false, ret_target, err);
}

static bool was_refused(const struct roster *roster, const struct file_identity *file)
{
	for (size_t i = 0; i < roster->refused_count && i < MAX_REFUSED_FILES; i++) {
		if (file_identity_equal(&roster->refused[i], file))
			return true;
	}
	return false;
}

/* What went wrong with the process, or because something ran out, may go well with the next one. */
static bool is_of_file(int r)
{
	static const int others[] = { -ESRCH, -EPERM, -EACCES, -ESTALE };

	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (r == others[i])
			return false;
	}
	return !error_is_shortage(r);
}

/* A file that is not worth another look; that the path leads elsewhere by now says nothing about it. */
static void refuse(struct roster *roster, const char *path, const struct file_identity *file)
{
	struct file_identity now;

	if (file_identity_read(path, &now) == 0 && file_identity_equal(&now, file))
		roster->refused[roster->refused_count++ % MAX_REFUSED_FILES] = *file;
}

int roster_prepare_found(struct roster *roster, const char *path, const struct file_identity *file)
{
	struct known_binary *binary;
	int r;

	if (was_refused(roster, file) || catalog_knows(roster->catalog, file))
		return 0;
	r = binary_looks_like_go(path);
	if (r >= 0)
		r = r ? roster_prepare(roster, path, &binary, NULL) : -ENOEXEC;
	if (r == 0)
		roster_release(roster, binary);
	else if (is_of_file(r))
		refuse(roster, path, file);
	return r;
}

/* The same for a process that nobody named: its file is opened if there is hope for it. */
static int open_found(struct roster *roster, const struct process *process,
		      struct known_binary **ret_binary, struct error *err)
{
	struct process_exe_path path = process_exe_path(process->pid);
	int r;

	if (was_refused(roster, &process->file))
		return error_fail(err, -EALREADY, "its file was rejected earlier");
	r = catalog_knows(roster->catalog, &process->file) ? 1 : binary_looks_like_go(path.text);
	if (r > 0)
		return open_program(roster, path.text, process->exe, ret_binary, err);
	if (r == 0)
		return error_fail(err, -ENOEXEC, "not a Go program");
	return error_fail(err, r, "its file cannot be opened: %s", strerror(-r));
}

/* The same where its file may have nothing to trace, and its libraries may. */
static int open_found_code(struct roster *roster, const struct process *process, bool has_loaded,
			   struct known_binary **ret_binary, struct error *err)
{
	struct error why = { 0 };
	int r = open_found(roster, process, ret_binary, err), found;

	if (r < 0 && r != -EALREADY && is_of_file(r))
		refuse(roster, process_exe_path(process->pid).text, &process->file);
	if (!has_loaded || !is_elsewhere(r))
		return r;
	found = open_library(roster, process, ret_binary, &why);
	if (error_is_shortage(found))
		return error_adopt(err, &why);
	return found < 0 ? r : 0;
}

int roster_add_found(struct roster *roster, struct process *process, bool has_loaded,
		     struct target **ret_target, struct error *err)
{
	struct target *target = find(roster, process->pid);
	struct process_exe_path path = process_exe_path(process->pid);
	struct process taken = *process;
	struct known_binary *binary;
	int r;

	if (target) {
		/* For the next process of its file. */
		if (!target_identity(target)->library)
			probe_file(roster, target_binary(target), process->exe, NULL);
		*ret_target = NULL;
		return 0;
	}
	error_subject(err, "pid %u (%s)", taken.pid, taken.exe);
	r = open_found_code(roster, &taken, has_loaded, &binary, err);
	if (r == 0) {
		process->descriptor = -1;
		r = has_loaded ? attach_loaded(roster, &taken, binary, true, ret_target, err) :
				 attach(roster, &taken, binary, true, ret_target, err);
		if (r < 0 && is_of_file(r))
			refuse(roster, path.text, &taken.file);
	}
	/* Whatever went wrong with one that has ended is no fault of its file. */
	if (r < 0 && r != -EALREADY && process_program(&taken) != PROCESS_RUNS_SAME)
		return error_fail(err, -ESRCH, "the process has ended");
	return r;
}

int roster_add_ended(struct roster *roster, uint32_t pid, int plan, struct target **ret_target,
		     struct error *err)
{
	struct known_binary *binary = catalog_find(roster->catalog, plan);
	struct target_options options;
	struct process process;
	struct target *target;
	int r;

	if (!binary)
		return error_fail(err, -ESRCH, "no such process");
	process_init_placeholder(pid, known_binary_name(binary), &process);
	options = target_options(roster, binary);
	r = target_create_ended(&options, &process, &target, err);
	if (r == 0)
		r = add(roster, target, err);
	if (r < 0) {
		catalog_release(roster->catalog, binary);
		return r;
	}
	target_withdraw(target);
	*ret_target = target;
	return 0;
}

struct target *roster_withdraw(struct roster *roster, uint32_t pid)
{
	struct target *target = find(roster, pid);

	if (target)
		target_withdraw(target);
	return target;
}

void roster_remove(struct roster *roster, struct target *target)
{
	target_set_remove(&roster->targets, target);
	catalog_release(roster->catalog, target_binary(target));
	target_close(target);
}

void roster_detach_all(struct roster *roster)
{
	catalog_detach_all(roster->catalog);
	targets_detach(roster->targets.targets, roster->targets.count);
}
