/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_BREAKPOINT_H
#define GOHTTPSNOOP_CORE_BREAKPOINT_H

#include <stdint.h>

/*
 * Whether the memory of a process contains the probe at `file_offset` of a loaded library or, if
 * `library` is NULL, of its executable. Returns 1 if the bytes in memory differ from the file, 0 if
 * they are the same, or a negative errno: -EACCES if its memory is not readable, -ESRCH if the
 * process has ended, -ENOENT if the program is mapped differently.
 */
int breakpoint_stands(uint32_t pid, const char *library, uint64_t file_offset);

#endif
