/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_PROBE_H
#define GOHTTPSNOOP_ABI_PROBE_H

#include "binary.h"
#include "plan.h"

/* What to capture at a function: a row of a protocol's table, or what a user asked for. */
struct capture {
	const char *expression;
	uint8_t field;	    /* the caller's name for the value, handed through */
	bool required;	    /* the probe is of no use without it */
	uint32_t lookahead; /* see plan_add() */
};

struct probe_request {
	const char *function;
	enum plan_role role;
	const struct capture *captures;
	size_t capture_count;
	/* Place the probe on the one call of this function in `function`, where its parameters are gone
	 * and only `g` can be captured; NULL: at its begin. */
	const char *call;
	/* Of use only in binaries that also have this function; NULL: in all. */
	const char *companion;
};

struct probe_cell {
	struct cell cell;
	uint8_t field;
};

/* A probe ready to be attached. A plain value that needs nothing of the binary any more. */
struct probe {
	struct site site;
	struct plan plan;
	enum type_source source;
	struct probe_cell cells[PLAN_MAX_CELLS]; /* plan.cell_count of them */
};

/*
 * Compiles a request for one binary. Captures that are not required and that this binary cannot give
 * (an older Go has no such field) are left out. -ENOENT when the binary has no such function, call or companion.
 */
int probe_compile(const struct binary *binary, const struct probe_request *request,
		  uint32_t max_string, struct probe *ret_probe, struct error *err);

#endif
