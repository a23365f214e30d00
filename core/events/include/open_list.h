/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_OPEN_LIST_H
#define GOHTTPSNOOP_CORE_OPEN_LIST_H

#include <stdint.h>

#include "assembly.h"
#include "notice.h"

/*
 * Prints the open requests and then the open calls, with their process and their age, the oldest
 * first. `now` is in nanoseconds since the epoch. Beyond 32, only the number of the others is printed.
 */
void open_list_tell(const struct assembly *assembly, int64_t now, const struct notifier *notifier);

#endif
