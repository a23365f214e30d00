/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_LIST_H
#define GOHTTPSNOOP_CMD_LIST_H

#include "options.h"

/* Prints the processes that the options would trace; returns the exit status. */
int list(const struct options *options);

#endif
