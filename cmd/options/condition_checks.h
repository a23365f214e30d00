/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_CONDITION_CHECKS_H
#define GOHTTPSNOOP_CMD_CONDITION_CHECKS_H

#include "options.h"

/* -EINVAL, with the reason, if a condition can never hold because the other options leave out what it is about. */
int condition_checks(const struct options *options, struct error *err);

#endif
