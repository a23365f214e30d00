/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_REFUSED_FILES_H
#define GOHTTPSNOOP_CORE_REFUSED_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "process.h"

/* Enough for the programs that a host runs regularly. */
enum { MAX_REFUSED_FILES = 256 };

/* Files that need not be inspected again. Embedded; a zeroed struct is empty. */
struct refused_files {
	struct file_identity files[MAX_REFUSED_FILES]; /* a ring: the oldest is replaced */
	size_t count;				       /* number of all files ever added */
};

bool refused_files_have(const struct refused_files *files, const struct file_identity *file);

/*
 * Adds the file at `path` if `code`, a negative errno, means a property of the file. A failure of its process, or a
 * shortage of resources, may not happen again with the next process. If the path leads to another file by now, this
 * one is not added.
 */
void refused_files_add(struct refused_files *files, const char *path,
		       const struct file_identity *file, int code);

#endif
