/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SCHEMA_H
#define GOHTTPSNOOP_CORE_SCHEMA_H

#include <stdbool.h>
#include <stdint.h>

#include "context_types.h"
#include "contract.h"
#include "probe.h"

struct protocol; /* protocol.h */

/* The meaning of the cells of a plan's records, in order, and properties of the plan's probe. */
struct schema {
	enum plan_role role;
	const struct protocol *protocol; /* that of a request; NULL for a call */
	uint16_t cell_count;
	uint64_t unknown; /* bit n: field n is unreadable in every record */
	struct probe_cell cells[PLAN_MAX_CELLS];
	uint64_t entry;	     /* address of the function */
	uint32_t stack_drop; /* SP at entry minus SP at the probe */
	bool awaits_return;  /* CALL: the returns of the function are probed, too */
	bool returns_at_once; /* CALL: the probed instruction is the return, so the results are captured with it */
	uint8_t expression_count; /* START, END: how many of the captures are not headers */
	uint16_t returned_count; /* RETURN, and CALL with `returns_at_once`: how many captures belong to `ret`; the others have names */
	bool among_requests;	 /* CALL: requests are traced, too */
	bool counts_clients;	 /* START: the requests that are made for this one are counted */
	struct context_types
		context_types; /* CALL, ROUTE: of the program, if contexts are followed */
	const struct shape
		*arguments; /* shapes of the cells without a field; NULL if there are none */
};

#endif
