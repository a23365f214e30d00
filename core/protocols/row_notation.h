/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ROW_NOTATION_H
#define GOHTTPSNOOP_CORE_ROW_NOTATION_H

#include "context_types.h"
#include "protocol.h"
#include "request_captures.h"
#include "trace_spec.h"

/* The notation for the tables of protocols. */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define CAPTURES(array) .captures = array, .capture_count = COUNT(array)

/* What the user's names for the request or its response stand for, see request_captures.h. */
#define ROOTS(array) .argument_roots = { array, COUNT(array) }

/* A call is joined with its return by its goroutine and its frame. */
#define FRAME_CAPTURES                                                \
	{ "@g.goid", FIELD_GOID, .required = true },                  \
		{ "@g.stack.hi", FIELD_STACK_END, .required = true }, \
	{                                                             \
		"@sp", FIELD_STACK_POINTER, .required = true          \
	}

/* The goroutine that started this one: perhaps it serves a request. */
#define PARENT_CAPTURE                                                   \
	{                                                                \
		"@g.parentGoid", FIELD_PARENT_GOID, .extra = EXTRA_LINKS \
	}

/* What leads from a request that a program makes to the one that it serves meanwhile; `context` is an expression. */
#define LINK_CAPTURES(context)                                                              \
	{ context, FIELD_CONTEXT_CHAIN, .chain = CONTEXT_CHAIN_MAX, .extra = EXTRA_LINKS }, \
		PARENT_CAPTURE

/* Requests begin at this function. */
#define START(name, array, roots)                                    \
	{                                                            \
		name, PLAN_ROLE_START, CAPTURES(array), ROOTS(roots) \
	}

/* Requests end at this function. */
#define END(name, array, roots)                                    \
	{                                                          \
		name, PLAN_ROLE_END, CAPTURES(array), ROOTS(roots) \
	}

/* The end of each goroutine. */
#define GOROUTINE_EXIT "runtime.goexit1"

#endif
