/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_LISTENERS_H
#define GOHTTPSNOOP_CORE_LISTENERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Whether the process has a socket that listens on one of these TCP ports, in any network namespace
 * (/proc/PID/net/tcp, tcp6, fd). Returns 1 or 0; 0 also if the process cannot be inspected; a
 * negative errno if descriptors or memory ran out.
 */
int listeners_include(uint32_t pid, const uint16_t *ports, size_t count);

#endif
