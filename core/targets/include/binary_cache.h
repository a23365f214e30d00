/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_BINARY_CACHE_H
#define GOHTTPSNOOP_CORE_BINARY_CACHE_H

#include <stdbool.h>
#include <stddef.h>

#include "inspection.h"
#include "notice.h"
#include "process.h"

/*
 * The binaries that are known: what was found out about each, once, and the probes that wait in it for
 * processes to start. Both stay for a while after the last user is gone, so that a restart finds them.
 */
struct binary_cache;
struct known_binary;
struct uv_loop_s;

/* All of it outlives the cache, as what `inspection` points at does. */
struct binary_cache_options {
	struct uv_loop_s *loop;
	struct kernel *kernel;
	struct inspection_options inspection;
	const struct notifier *notifier; /* told once that files cannot be pinned */
};

int binary_cache_create(const struct binary_cache_options *options, struct binary_cache **ret_cache,
			struct error *err);

/*
 * Removes all probes from files, and frees the cache once the loop has closed its handles. Binaries that have
 * users go with the last one.
 */
void binary_cache_destroy(struct binary_cache *cache);

/*
 * The binary that the file at `path` is, inspected now unless it is known; `name` is what it is called
 * from now on. The caller is one of its users until it releases it.
 */
int binary_cache_open(struct binary_cache *cache, const char *path, const char *name,
		      struct known_binary **ret_binary, struct error *err);
/* The same for what a process runs, which is no shared library. */
int binary_cache_open_program(struct binary_cache *cache, const char *path, const char *name,
			      struct known_binary **ret_binary, struct error *err);
/* The same unless the file was refused before (-EALREADY) or is plainly no Go program (-ENOEXEC). */
int binary_cache_open_matched(struct binary_cache *cache, const char *path, const char *name,
			      const struct file_identity *file, struct known_binary **ret_binary,
			      struct error *err);
/* The binary that a plan was compiled for, with one user more; NULL when there is none. */
struct known_binary *binary_cache_find(struct binary_cache *cache, int plan);

/* NULL is nothing. */
void binary_cache_release(struct known_binary *binary);

/*
 * Puts the probes into the file itself, for whoever runs it. Where that cannot be the probes are in each process:
 * that is told, and no error, unless something ran out.
 */
int binary_cache_probe(struct binary_cache *cache, struct known_binary *binary, const char *path,
		       struct error *err);

/*
 * Makes the file ready for processes that will run it: inspects it, and puts probes into it where that
 * is possible. They stay at least until the caller releases the binary.
 */
int binary_cache_prepare(struct binary_cache *cache, const char *path,
			 struct known_binary **ret_binary, struct error *err);
/* The same for a while, of a file that nobody named and that may be anything. */
void binary_cache_prepare_matched(struct binary_cache *cache, const char *path,
				  const struct file_identity *file);

/* Remembers what came of opening the file, or attaching to it: it may not be worth another look. */
void binary_cache_refuse(struct binary_cache *cache, const char *path,
			 const struct file_identity *file, int code);

/* Whether the file was inspected: there may be probes in it. */
bool binary_cache_knows(const struct binary_cache *cache, const struct file_identity *file);

struct binary_cache_counts {
	size_t binaries, probed_files, probes;
	size_t inspections; /* made so far */
};

struct binary_cache_counts binary_cache_count(const struct binary_cache *cache);

/* Removes the probes from all files. */
void binary_cache_detach_all(struct binary_cache *cache);

#endif
