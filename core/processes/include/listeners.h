/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_LISTENERS_H
#define GOHTTPSNOOP_CORE_LISTENERS_H

#include <stddef.h>
#include <stdint.h>

/* The TCP ports on which a process listens, in any network namespace (/proc/PID/net/tcp, tcp6, fd). */

/*
 * Whether the process listens on one of these ports. Returns 1 or 0; 0 also if the process cannot
 * be inspected; a negative errno if descriptors or memory ran out.
 */
int listeners_include(uint32_t pid, const uint16_t *ports, size_t count);

/* Ports in ascending order, each once. A zeroed struct has none. */
struct listened_ports {
	uint16_t *ports;
	size_t count;
};

/*
 * Finds all ports; none if the process cannot be inspected. A negative errno if descriptors or
 * memory ran out. The caller releases them with listened_ports_finish().
 */
int listeners_find(uint32_t pid, struct listened_ports *ret_ports);

void listened_ports_finish(struct listened_ports *ports);

#endif
