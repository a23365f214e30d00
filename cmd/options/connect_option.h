/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_CONNECT_OPTION_H
#define GOHTTPSNOOP_CMD_CONNECT_OPTION_H

#include <stddef.h>

#include "endpoint.h"

/* --connect: adds a listener; a view of `text`. The caller frees the array. -EINVAL, -ENOMEM. */
int connections_add(struct endpoint **connections, size_t *count, const char *text,
		    struct error *err);

#endif
