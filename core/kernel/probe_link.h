/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PROBE_LINK_H
#define GOHTTPSNOOP_CORE_PROBE_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel.h"

struct bpf_link;
struct bpf_program;

/* Where probes are attached: in a file, and in one process and for one target, or (0 and 0) for whoever runs the file. */
struct probe_place {
	const char *path;
	uint32_t pid, target;
};

/* Probes that a program is attached to. A link of uprobe_multi is only a descriptor. */
struct probe_link {
	bool begins; /* one of its points does (kernel.h) */
	int fd;
	struct bpf_link *of_libbpf; /* a perf event's; NULL: the descriptor is the link */
};

/*
 * Attaches a program, by its descriptor, to many points, by uprobe_multi. `like` is a loaded program of libbpf's for
 * this way to attach. Returns 0 or a negative errno.
 */
int probe_link_many(int program, const struct bpf_program *like, const struct probe_place *place,
		    const struct attach_point *const *points, size_t count,
		    struct probe_link *ret_link);

/* Attaches a program to one point by a perf event. Returns 0 or a negative errno. */
int probe_link_one(const struct bpf_program *program, const struct probe_place *place,
		   const struct attach_point *point, struct probe_link *ret_link);

/* Has the kernel wait for what may still run. */
void probe_link_destroy(struct probe_link link);

#endif
