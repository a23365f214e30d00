/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_BINARY_CACHE_H
#define GOHTTPSNOOP_CORE_BINARY_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "inspection.h"
#include "notice.h"
#include "process.h"

/*
 * The known binaries: the inspection of each, and the probes in its file for processes that start later. Both are
 * kept for some time after the last user, so that a restart finds them.
 */
struct binary_cache;
struct known_binary;
struct uv_loop_s;

/* All members must outlive the cache, also what `inspection` refers to. */
struct binary_cache_options {
	struct uv_loop_s *loop;
	struct kernel *kernel;
	struct inspection_options inspection;
	const struct notifier *notifier; /* receives once the message that files cannot be pinned */
};

int binary_cache_create(const struct binary_cache_options *options, struct binary_cache **ret_cache,
			struct error *err);

/*
 * Removes all probes from files, and frees the cache once the loop has closed its handles. Binaries with users are
 * freed with their last user.
 */
void binary_cache_destroy(struct binary_cache *cache);

/*
 * Returns the binary of the file at `path`, inspected now unless it is known. `name` is its name in messages from now
 * on. The caller is one of its users until it releases it.
 */
int binary_cache_open(struct binary_cache *cache, const char *path, const char *name,
		      struct known_binary **ret_binary, struct error *err);
/* The same for the program of a process, which is not a shared library. */
int binary_cache_open_program(struct binary_cache *cache, const char *path, const char *name,
			      struct known_binary **ret_binary, struct error *err);
/* The same, unless the file was refused before (-EALREADY) or is plainly not a Go program (-ENOEXEC). */
int binary_cache_open_matched(struct binary_cache *cache, const char *path, const char *name,
			      const struct file_identity *file, struct known_binary **ret_binary,
			      struct error *err);
/* Returns the binary for which a plan was compiled, with the caller as a new user; NULL if there is none. */
struct known_binary *binary_cache_find(struct binary_cache *cache, int plan);

/* Returns what the hits of a plan say, an enum plan_role; -ENOENT if the plan is of no known binary. */
int binary_cache_role(const struct binary_cache *cache, int plan);

/* Whether the plan is one of a program in another file than this one. False if no known binary has it. */
bool binary_cache_has_in_other(const struct binary_cache *cache, int plan,
			       const struct file_identity *file);

/* Accepts NULL. */
void binary_cache_release(struct known_binary *binary);

/*
 * Attaches the probes to the file itself, for all processes that run it. If this is not possible, each process gets
 * its own probes: this is reported, and is not an error unless resources ran out.
 */
int binary_cache_probe(struct binary_cache *cache, struct known_binary *binary, const char *path,
		       struct error *err);

/*
 * Prepares the file for processes that will run it: inspects it and, if possible, attaches probes to it. They stay at
 * least until the caller releases the binary.
 */
int binary_cache_prepare(struct binary_cache *cache, const char *path,
			 struct known_binary **ret_binary, struct error *err);
/* The same for a limited time, for a file that no option names and that may be anything. */
void binary_cache_prepare_matched(struct binary_cache *cache, const char *path,
				  const struct file_identity *file);

/* Notes the result of opening the file, or of attaching to it, so that it need not be inspected again. */
void binary_cache_refuse(struct binary_cache *cache, const char *path,
			 const struct file_identity *file, int code);

/*
 * Types that plans are to learn (inspection.h): when the next are due, by the loop's clock in milliseconds (UINT64_MAX: not
 * by now), and to learn those of one binary that is due.
 */
uint64_t binary_cache_types_due(const struct binary_cache *cache);
void binary_cache_learn_types(struct binary_cache *cache, uint64_t now);

/* Returns whether the file was inspected: there may be probes in it. */
bool binary_cache_knows(const struct binary_cache *cache, const struct file_identity *file);

struct binary_cache_counts {
	size_t binaries, probed_files, probes;
	size_t inspections; /* number of inspections so far */
};

struct binary_cache_counts binary_cache_count(const struct binary_cache *cache);

/* Removes the probes from all files. */
void binary_cache_detach_all(struct binary_cache *cache);

#endif
