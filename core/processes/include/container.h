/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_CONTAINER_H
#define GOHTTPSNOOP_CORE_CONTAINER_H

#include <stdbool.h>

#include "bytes.h"

#define CONTAINER_ID_SIZE 64

/* The id of a container; empty outside of containers. */
struct container_id {
	char text[CONTAINER_ID_SIZE + 1];
};

/*
 * Finds the container id in the bytes of /proc/PID/cgroup: container engines use it in the name of
 * the container's cgroup. Returns false and writes nothing if no cgroup has such a name.
 */
bool container_parse(struct bytes cgroups, struct container_id *ret_id);

#endif
