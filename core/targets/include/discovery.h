/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_DISCOVERY_H
#define GOHTTPSNOOP_CORE_DISCOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "process.h"

/* A file named by the user, and the cached inspection of what is at its path. */
struct wanted_binary {
	const char *path;
	struct known_binary *prepared;
};

/* Which processes are traced, in addition to those named by their ids. A process must match one rule. */
struct discovery_rules {
	const struct wanted_binary *binaries; /* those that run this file */
	size_t binary_count;
	const char *const *names; /* globs: those whose comm or executable's base name matches */
	size_t name_count;
	const uint16_t *ports; /* those that listen on this TCP port */
	size_t port_count;
	bool all; /* each */
};

bool discovery_has_rules(const struct discovery_rules *rules);

/*
 * Returns whether the process matches a rule other than a port. Paths are resolved each time: after a deployment there
 * is another file.
 */
bool discovery_wants(const struct discovery_rules *rules, const struct process *process);

/* Returns whether every process that runs this file matches a rule, whatever its name. */
bool discovery_wants_file(const struct discovery_rules *rules, const char *path,
			  const struct file_identity *file);

/* Returns whether every process that listens on the port matches a rule. */
bool discovery_wants_port(const struct discovery_rules *rules, uint16_t port);

/*
 * Returns 1 if the process matches any rule by its current executable, name and ports, otherwise 0; 0 for this process
 * itself. A negative errno if file descriptors or memory ran out.
 */
int discovery_wants_now(const struct discovery_rules *rules, const struct process *process,
			struct error *err);

/*
 * Returns whether a privilege is missing without which processes that match are not found; `ret_why` then says which.
 */
bool discovery_hides(const struct discovery_rules *rules, struct error *ret_why);

#endif
