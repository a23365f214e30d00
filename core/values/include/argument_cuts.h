/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ARGUMENT_CUTS_H
#define GOHTTPSNOOP_CORE_ARGUMENT_CUTS_H

#include <stddef.h>

enum { ARGUMENT_MAX_CUTS = 1024, ARGUMENT_MAX_PATH = 160 };

/* The paths of values that were not captured completely: `order.Items`, `order.Items[0].Name`. */
struct argument_cuts {
	char paths[ARGUMENT_MAX_CUTS][ARGUMENT_MAX_PATH];
	size_t count;
};

#endif
