/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_DISCOVERY_H
#define GOHTTPSNOOP_CORE_DISCOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "process.h"

/* A file that was named, and what is kept of what stands at its path. */
struct wanted_binary {
	const char *path;
	struct known_binary *prepared;
};

/* Which processes are wanted, beside those that are named by their ids. Any rule suffices. */
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
 * Whether a rule other than the ports' wants the process. Paths are looked at anew each time: after a
 * deployment another file stands there.
 */
bool discovery_wants(const struct discovery_rules *rules, const struct process *process);

/* Whether a rule wants whoever runs this file, whatever they call themselves. */
bool discovery_wants_file(const struct discovery_rules *rules, const char *path,
			  const struct file_identity *file);

/* Whether a rule wants whoever listens on the port. */
bool discovery_wants_port(const struct discovery_rules *rules, uint16_t port);

/*
 * Whether any rule wants the process, by what it is and listens on now; never ourselves. 1 or 0; negative errno
 * when descriptors or memory ran out.
 */
int discovery_wants_now(const struct discovery_rules *rules, const struct process *process,
			struct error *err);

#endif
