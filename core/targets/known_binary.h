/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_KNOWN_BINARY_H
#define GOHTTPSNOOP_CORE_KNOWN_BINARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inspection.h"
#include "kernel.h"
#include "pinned_file.h"

struct binary_cache;

/* An inspected binary, and the probes in its file for processes that start later. */
struct known_binary {
	struct pinned_file file;
	char *name; /* by which it was last opened */
	struct inspection *inspection;
	struct attachment *probes;  /* in the file; NULL: none */
	bool is_demanding;	    /* its probes on demand are wanted, and not attached yet */
	bool is_stale;		    /* the content of the file has changed since the inspection */
	struct binary_cache *cache; /* that contains it; NULL: it is freed with its last user */
	size_t users;
	uint64_t idle_since; /* if it has no users; by the loop's clock */
};

/* Takes ownership of the file, also on failure. Inspects nothing. NULL if memory ran out. */
struct known_binary *known_binary_create(struct pinned_file *file);
void known_binary_destroy(struct known_binary *binary);

/* Takes ownership of the newly opened file. The file of a binary that has been idle for long was closed. */
void known_binary_refresh(struct known_binary *binary, struct pinned_file *file);

/* Removes the probes from the file and closes it. */
void known_binary_close_file(struct known_binary *binary);

/* Returns whether the file is the one that was inspected. */
bool known_binary_is_file(const struct known_binary *binary, const struct file_identity *file);

/* Whether it is open, and its content is what was inspected. */
bool known_binary_is_unchanged(const struct known_binary *binary);

/*
 * Attaches the probes to the file itself, so that every process that runs it has them from its first instruction on.
 * Fails if the file cannot be protected against overwriting (see lease.h).
 */
int known_binary_probe(struct known_binary *binary, struct kernel *kernel, struct error *err);

/* Attaches the probes on demand to the file, if it has the others. */
int known_binary_probe_more(struct known_binary *binary, struct kernel *kernel,
			    const struct attach_point *points, size_t count, struct error *err);

void known_binary_set_name(struct known_binary *binary, const char *name);
const char *known_binary_name(const struct known_binary *binary);

#endif
