/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_VALUE_STEP_H
#define GOHTTPSNOOP_ABI_VALUE_STEP_H

#include <stddef.h>
#include <stdint.h>

/* A step from an object or a list to one of its members, in the JSON of a captured value. */
struct value_step {
	const char *key; /* NULL: `index` is meant */
	int64_t index;	 /* negative: counted from the end */
};

#endif
