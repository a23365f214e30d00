/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PINNED_FILE_H
#define GOHTTPSNOOP_CORE_PINNED_FILE_H

#include <stdbool.h>

#include "error.h"
#include "process.h"

/* An open file. While there is a lease on it (lease.h), its content cannot change. */
struct pinned_file {
	struct file_identity identity;
	int descriptor; /* -1: it is closed */
	int lease_code; /* 0, or the negative errno for which there is no lease */
};

int pinned_file_open(const char *path, struct pinned_file *ret_file, struct error *err);

/* Releases the lease and closes the file. Closing twice is allowed. */
void pinned_file_close(struct pinned_file *file);

bool pinned_file_is_pinned(const struct pinned_file *file);

/* Returns whether a writer waits for the lease to be released. */
bool pinned_file_is_recalled(const struct pinned_file *file);

/* Returns whether the file is open but was deleted: no process will run it, and only this descriptor keeps its space. */
bool pinned_file_is_unlinked(const struct pinned_file *file);

/* "/proc/self/fd/7": a path that opens the same file again, even if its own path leads to another file by now. */
struct pinned_file_path {
	char text[32];
};
struct pinned_file_path pinned_file_path(const struct pinned_file *file);

#endif
