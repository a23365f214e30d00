/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_OPTION_CHECKS_H
#define GOHTTPSNOOP_CMD_OPTION_CHECKS_H

#include "options.h"

/* -EINVAL, with the reason, if options do not fit together. */
int option_checks(const struct options *options, struct error *err);

#endif
