/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_TARGET_OPTION_H
#define GOHTTPSNOOP_CMD_TARGET_OPTION_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* Add the value of --pid, which may be several ids, and of --port. The caller frees the arrays. -EINVAL, -ENOMEM. */
int pids_add(uint32_t **pids, size_t *count, const char *text, struct error *err);
int ports_add(uint16_t **ports, size_t *count, const char *text, struct error *err);

#endif
