/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_LISTENERS_H
#define GOHTTPSNOOP_CORE_LISTENERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Whether the process has a socket open that listens on one of these TCP ports, in whatever network
 * namespace it lives (/proc/PID/net/tcp, tcp6, fd). 1 or 0, which it is also when it may not be looked at;
 * negative errno when descriptors or memory ran out.
 */
int listeners_include(uint32_t pid, const uint16_t *ports, size_t count);

#endif
