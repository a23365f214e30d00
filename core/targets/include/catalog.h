/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_CATALOG_H
#define GOHTTPSNOOP_CORE_CATALOG_H

#include <stdbool.h>

#include "inspection.h"
#include "pinned_file.h"
#include "process.h"

/*
 * The binaries that are known: what was found out about each, once, and the probes that wait in it for
 * processes to start. Both stay for a while after the last user is gone, so that a restart finds them.
 */
struct catalog;
struct known_binary;
struct uv_loop_s;

/* The loop, the kernel and what `inspection` points at outlive the catalog. */
int catalog_create(struct uv_loop_s *loop, struct kernel *kernel,
		   const struct inspection_options *inspection, struct catalog **ret_catalog,
		   struct error *err);

/* Removes all probes and frees the catalog once the loop has closed its handles. */
void catalog_destroy(struct catalog *catalog);

/*
 * The binary that the file at `path` is, inspected now unless it is known; `name` is what it is called
 * from now on. The caller is one of its users until catalog_release().
 */
int catalog_open(struct catalog *catalog, const char *path, const char *name,
		 struct known_binary **ret_binary, struct error *err);
/* The binary that a plan was compiled for, with one user more; NULL when there is none. */
struct known_binary *catalog_find(struct catalog *catalog, int plan);
void catalog_release(struct catalog *catalog, struct known_binary *binary);

/*
 * Puts the probes into the file itself, so that whoever starts it has them from its first instruction
 * on. Fails where the file cannot be kept from being overwritten meanwhile (see lease.h).
 */
int catalog_probe(struct catalog *catalog, struct known_binary *binary, struct error *err);

/* Whether the file was inspected already. */
bool catalog_knows(const struct catalog *catalog, const struct file_identity *file);

struct catalog_counts {
	size_t binaries, probed_files, probes;
	size_t inspections; /* made so far */
};

struct catalog_counts catalog_count(const struct catalog *catalog);

/* Removes the probes from all files. */
void catalog_detach_all(struct catalog *catalog);

/* By which the file of a binary can be opened that has users: it may have another path in their root. */
struct pinned_file_path known_binary_path(const struct known_binary *binary);

struct inspection *known_binary_inspection(const struct known_binary *binary);
const char *known_binary_name(const struct known_binary *binary);
bool known_binary_is_probed(const struct known_binary *binary);

#endif
