/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_GO_LIBRARIES_H
#define GOHTTPSNOOP_CORE_GO_LIBRARIES_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "process.h"

/* The shared libraries with Go code that a process has loaded (-buildmode=c-shared, plugin). */
struct go_libraries {
	char **paths; /* as the process sees them */
	size_t count;
	char *deleted; /* one that was deleted or replaced since, and may have had Go code; or NULL */
};

/* Negative when descriptors or memory ran out; a process that may not be looked at has none. */
int go_libraries_find(const struct process *process, struct go_libraries *ret_libraries,
		      struct error *err);
void go_libraries_finish(struct go_libraries *libraries);

/* By which a path of the process can be opened here. */
struct library_path {
	char text[PROCESS_MAX_PATH + 32];
};
struct library_path library_path(uint32_t pid, const char *path);

#endif
