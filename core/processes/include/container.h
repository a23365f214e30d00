/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_CONTAINER_H
#define GOHTTPSNOOP_CORE_CONTAINER_H

#include <stdbool.h>

#include "bytes.h"

#define CONTAINER_ID_SIZE 64

/* The id a container engine gave a container; empty where there is none. */
struct container_id {
	char text[CONTAINER_ID_SIZE + 1];
};

/*
 * The container that a process runs in, from the bytes of its /proc/PID/cgroup: engines name a container's
 * cgroup by its id. False, and nothing written, where no name is such a one.
 */
bool container_parse(struct bytes cgroups, struct container_id *ret_id);

#endif
