/* SPDX-License-Identifier: MIT */
#include "process_code.h"

#include <errno.h>

#include "binary.h"
#include "name_list.h"

/*
 * Opens the first Go library that the process has loaded and that can be traced. -EALREADY, without an error, if it
 * has no Go library.
 */
static int process_code_open_library(struct binary_cache *cache, const struct process *process,
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

		r = binary_cache_open(cache, library_path(process->pid, path).text, path,
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

/* Returns whether another file of the process may have the code that this one lacks. */
static bool is_elsewhere(int r)
{
	return r == -ENOENT || r == -ENOEXEC || r == -EALREADY;
}

int process_code_open(struct binary_cache *cache, const struct process *process,
		      struct known_binary **ret_binary, struct error *err)
{
	struct process_exe_path path = process_exe_path(process->pid);
	struct error why = { 0 };
	int r = binary_cache_open_program(cache, path.text, process->exe, ret_binary, err), found;

	if (!is_elsewhere(r))
		return r;
	found = process_code_open_library(cache, process, ret_binary, &why);
	/* If neither a Go program nor its libraries can be traced, the reason of the program is reported. */
	if (found == -EALREADY)
		error_hint(err, "%s", why.hint);
	if (found == -EALREADY || (found == -ENOENT && binary_looks_like_go(path.text) > 0))
		return r;
	return found < 0 ? error_adopt(err, &why) : 0;
}

int process_code_open_matched(struct binary_cache *cache, const struct process *process,
			      bool has_loaded, struct known_binary **ret_binary, struct error *err)
{
	struct process_exe_path path = process_exe_path(process->pid);
	struct error why = { 0 };
	int r = binary_cache_open_matched(cache, path.text, process->exe, &process->file,
					  ret_binary, err);
	int found;

	binary_cache_refuse(cache, path.text, &process->file, r);
	if (!has_loaded || !is_elsewhere(r))
		return r;
	found = process_code_open_library(cache, process, ret_binary, &why);
	if (error_is_shortage(found))
		return error_adopt(err, &why);
	return found < 0 ? r : 0;
}

/* Libraries of a Go program have their own copies of the packages with which they serve. */
void process_code_warn(const struct notifier *notifier, const struct process *process,
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
	notice_error(notifier, NOTICE_INFO, &why);
}
