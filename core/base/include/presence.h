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

/* Text of the traced process, which may be any bytes. A view. */
struct text {
	enum presence presence;
	const char *data;
	uint32_t size;	 /* bytes at `data` */
	uint64_t length; /* bytes of the whole string; more than `size` if it was truncated */
};

#endif
