/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_OPEN_LIST_H
#define GOHTTPSNOOP_CORE_OPEN_LIST_H

#include <stdint.h>

#include "assembly.h"
#include "notice.h"

/*
 * Tells what is open at this time, in nanoseconds since the epoch: each request and call with its process and
 * its age, the oldest first. Of more than a few dozen the rest is counted.
 */
void open_list_tell(const struct assembly *assembly, int64_t now, const struct notifier *notifier);

#endif
