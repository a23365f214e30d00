/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PRESENCE_H
#define GOHTTPSNOOP_CORE_PRESENCE_H

#include <stdint.h>

/* A value is left out, known, or known to be unreadable (`null`). */
enum presence { ABSENT, PRESENT, UNREADABLE };

struct integer {
	enum presence presence;
	int64_t value;
};

/* Any bytes: they come from the traced process. A view; whoever made it owns them. */
struct text {
	enum presence presence;
	const char *data;
	uint32_t size;	 /* bytes at `data` */
	uint64_t length; /* bytes the string has; more than `size` when it was cut */
};

#endif
