/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_GO_LIBRARIES_H
#define GOHTTPSNOOP_CORE_GO_LIBRARIES_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "process.h"

/* The shared libraries with Go code that a process has loaded (-buildmode=c-shared, plugin). */
struct go_libraries {
	char **paths; /* in the mount namespace of the process */
	size_t count;
	char *deleted; /* a library that was deleted or replaced later and may contain Go code; or NULL */
};

/*
 * Returns a negative errno only if descriptors or memory ran out. If the process cannot be
 * inspected, the list is empty.
 */
int go_libraries_find(const struct process *process, struct go_libraries *ret_libraries,
		      struct error *err);
void go_libraries_finish(struct go_libraries *libraries);

/* The path by which a file of the process can be opened here. */
struct library_path {
	char text[PROCESS_MAX_PATH + 32];
};
struct library_path library_path(uint32_t pid, const char *path);

#endif
