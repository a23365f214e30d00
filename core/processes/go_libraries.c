/* SPDX-License-Identifier: MIT */
#include "go_libraries.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "binary.h"
#include "process_map.h"

enum { MAX_LOADED = 1024 }; /* files; in a process with more, only the first are examined */

struct library_path library_path(uint32_t pid, const char *path)
{
	struct library_path full;

	snprintf(full.text, sizeof(full.text), "/proc/%u/root%.*s", pid, PROCESS_MAX_PATH, path);
	return full;
}

void go_libraries_finish(struct go_libraries *libraries)
{
	for (size_t i = 0; i < libraries->count; i++)
		free(libraries->paths[i]);
	free(libraries->paths);
	free(libraries->deleted);
	*libraries = (struct go_libraries){ 0 };
}

/* The files whose code a process has mapped, except its executable. */
struct loaded {
	const char *exe;
	struct go_libraries files;
	bool failed;
};

static bool go_libraries_has(const struct go_libraries *files, const char *path)
{
	for (size_t i = files->count; i-- > 0;) {
		if (strcmp(files->paths[i], path) == 0)
			return true;
	}
	return false;
}

static bool append(struct go_libraries *files, const char *path)
{
	char **paths = array_grow(files->paths, files->count, sizeof(*paths));

	if (!paths)
		return false;
	files->paths = paths;
	paths[files->count] = strdup(path);
	if (!paths[files->count])
		return false;
	files->count++;
	return true;
}

static bool go_libraries_visit(void *user, const struct mapping *mapping)
{
	struct loaded *loaded = user;

	if (!mapping->is_executable || mapping->path[0] != '/' ||
	    strcmp(mapping->path, loaded->exe) == 0 ||
	    go_libraries_has(&loaded->files, mapping->path))
		return true;
	loaded->failed = !append(&loaded->files, mapping->path);
	return !loaded->failed && loaded->files.count < MAX_LOADED;
}

/* The kernel's mark for a file that has no name in the file system any more. */
static bool is_deleted(const char *path)
{
	static const char mark[] = " (deleted)";
	size_t size = strlen(path), mark_size = sizeof(mark) - 1;

	return size > mark_size && strcmp(path + size - mark_size, mark) == 0;
}

/* Keeps the files with Go code. */
static int sift(uint32_t pid, struct go_libraries *files, struct error *err)
{
	size_t count = files->count;
	int r = 0;

	files->count = 0;
	for (size_t i = 0; i < count; i++) {
		char *path = files->paths[i];

		if (r >= 0)
			r = binary_looks_like_go(library_path(pid, path).text);
		if (r > 0)
			files->paths[files->count++] = path;
		else if (!files->deleted && is_deleted(path))
			files->deleted = path;
		else
			free(path);
	}
	return r < 0 ? error_fail(err, r, "its libraries cannot be read: %s", strerror(-r)) : 0;
}

int go_libraries_find(const struct process *process, struct go_libraries *ret_libraries,
		      struct error *err)
{
	struct loaded loaded = { .exe = process->exe };
	int r = process_map_walk(process->pid, go_libraries_visit, &loaded);

	if (loaded.failed)
		r = -ENOMEM;
	if (error_is_shortage(r))
		error_fail(err, r, "its libraries cannot be listed: %s", strerror(-r));
	else
		r = sift(process->pid, &loaded.files, err);
	if (r < 0)
		go_libraries_finish(&loaded.files);
	else
		*ret_libraries = loaded.files;
	return r;
}
