/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ROW_NOTATION_H
#define GOHTTPSNOOP_CORE_ROW_NOTATION_H

#include "protocol.h"
#include "request_captures.h"

/* How the tables of protocols are written. */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define CAPTURES(array) .captures = array, .capture_count = COUNT(array)

/* What the names stand for by which users speak of the request or of its response, see request_captures.h. */
#define ROOTS(array) .argument_roots = { array, COUNT(array) }

/* Requests begin in this function. */
#define START(name, array, roots)                                    \
	{                                                            \
		name, PLAN_ROLE_START, CAPTURES(array), ROOTS(roots) \
	}

/* They end in this one. */
#define END(name, array, roots)                                    \
	{                                                          \
		name, PLAN_ROLE_END, CAPTURES(array), ROOTS(roots) \
	}

#endif
