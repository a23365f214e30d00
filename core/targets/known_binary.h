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

/*
 * A binary that was inspected: what was found out about it, and the probes that wait in its file for processes
 * to start.
 */
struct known_binary {
	struct pinned_file file;
	char *name; /* by which it was opened last */
	struct inspection *inspection;
	struct attachment *probes;  /* in the file; NULL: there are none */
	bool is_stale;		    /* its content is not as it was inspected any more */
	struct binary_cache *cache; /* that keeps it; NULL: it goes with its last user */
	size_t users;
	uint64_t idle_since; /* when it has none; by the loop's clock */
};

/* Takes over the file, also on failure; inspects nothing. NULL without memory. */
struct known_binary *known_binary_create(struct pinned_file *file);
void known_binary_destroy(struct known_binary *binary);

/* Takes over the file, opened once more. One that was idle for long has been closed. */
void known_binary_refresh(struct known_binary *binary, struct pinned_file *file);

/* Removes the probes from the file, and gives it up. */
void known_binary_close_file(struct known_binary *binary);

/* Whether it is what was inspected. */
bool known_binary_is_file(const struct known_binary *binary, const struct file_identity *file);

/*
 * Puts the probes into the file itself, so that whoever starts it has them from its first instruction
 * on. Fails where the file cannot be kept from being overwritten meanwhile (see lease.h).
 */
int known_binary_probe(struct known_binary *binary, struct kernel *kernel, struct error *err);

void known_binary_set_name(struct known_binary *binary, const char *name);
const char *known_binary_name(const struct known_binary *binary);

#endif
