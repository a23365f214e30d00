/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_OPTION_MISTAKE_H
#define GOHTTPSNOOP_CMD_OPTION_MISTAKE_H

#include <getopt.h>

#include "error.h"

/*
 * Says what is wrong with an option, and which one may be meant: getopt_long(), with a string of letters that begins with
 * a colon, returned `result`, ':' or '?', for a word of `argv`. Returns -EINVAL.
 */
int option_mistake_fail(const struct option *table, int result, char **argv, struct error *err);

#endif
