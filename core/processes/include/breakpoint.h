/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_BREAKPOINT_H
#define GOHTTPSNOOP_CORE_BREAKPOINT_H

#include <stdint.h>

/*
 * Whether a probe that was attached at `file_offset` of a library that the process has loaded or, where that is
 * NULL, of the file that it runs is in its memory:
 * 1 when what stands there is not what stands in the file, 0 when it is, a negative errno when that cannot
 * be told: -EACCES when its memory may not be read, -ESRCH when it has ended, -ENOENT when the program is
 * mapped in another way.
 */
int breakpoint_stands(uint32_t pid, const char *library, uint64_t file_offset);

#endif
