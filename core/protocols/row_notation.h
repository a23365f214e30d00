/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ROW_NOTATION_H
#define GOHTTPSNOOP_CORE_ROW_NOTATION_H

#include "protocol.h"

/* How the tables of protocols are written. */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define CAPTURES(array) .captures = array, .capture_count = COUNT(array)

/* Requests begin in this function; there `root` is what a user calls `req`. */
#define START(name, array, root)                                             \
	{                                                                    \
		name, PLAN_ROLE_START, CAPTURES(array), .request_root = root \
	}

/* They end in this one; there `root` is what a user calls `w`. */
#define END(name, array, root)                                              \
	{                                                                   \
		name, PLAN_ROLE_END, CAPTURES(array), .response_root = root \
	}

#endif
