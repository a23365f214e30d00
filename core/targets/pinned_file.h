/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PINNED_FILE_H
#define GOHTTPSNOOP_CORE_PINNED_FILE_H

#include <stdbool.h>

#include "error.h"
#include "process.h"

/* A file that is open, and whose content stays as it is while there is a lease on it (lease.h). */
struct pinned_file {
	struct file_identity identity;
	int descriptor; /* -1: it is closed */
	int lease_code; /* 0, or why there was no lease to be had */
};

int pinned_file_open(const char *path, struct pinned_file *ret_file, struct error *err);

/* Gives the lease back. One that is closed already stays so. */
void pinned_file_close(struct pinned_file *file);

bool pinned_file_is_pinned(const struct pinned_file *file);

/* Whether somebody waits for the lease to be given back. */
bool pinned_file_is_recalled(const struct pinned_file *file);

/* Whether it is open and has no name any more: nobody will run it, and its space on the disk is wanted back. */
bool pinned_file_is_unlinked(const struct pinned_file *file);

/* "/proc/self/fd/7": opens the same file again, whatever its path leads to by now. */
struct pinned_file_path {
	char text[32];
};
struct pinned_file_path pinned_file_path(const struct pinned_file *file);

#endif
