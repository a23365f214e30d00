/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_REFUSED_FILES_H
#define GOHTTPSNOOP_CORE_REFUSED_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "process.h"

/* Enough for what a host runs over and over. */
enum { MAX_REFUSED_FILES = 256 };

/* Files found not to be worth another look. Embedded; zeroed it is empty. */
struct refused_files {
	struct file_identity files[MAX_REFUSED_FILES]; /* a ring: the oldest gives way */
	size_t count;				       /* that were ever added */
};

bool refused_files_have(const struct refused_files *files, const struct file_identity *file);

/*
 * Adds the file at `path` if `code`, a negative errno, is the file's fault: what went wrong with its process, or
 * because something ran out, may go well with the next one. That the path leads to another file by now says
 * nothing about this one.
 */
void refused_files_add(struct refused_files *files, const char *path,
		       const struct file_identity *file, int code);

#endif
