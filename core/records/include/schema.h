/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SCHEMA_H
#define GOHTTPSNOOP_CORE_SCHEMA_H

#include <stdbool.h>
#include <stdint.h>

#include "contract.h"
#include "probe.h"

struct protocol; /* protocol.h */

/* What the cells of a plan's records are, in order. */
struct schema {
	enum plan_role role;
	const struct protocol *protocol; /* of a request; NULL for a call */
	uint16_t cell_count;
	uint32_t unknown; /* bit n: field n is unreadable in every record */
	struct probe_cell cells[PLAN_MAX_CELLS];
	uint64_t entry;	     /* address of the function */
	uint32_t stack_drop; /* how much lower SP is at the probe than at entry */
	bool awaits_return;  /* CALL: its returns are probed, too */
	bool returns_at_once; /* CALL: with the instruction that is probed; its results are captured there */
	uint8_t expression_count; /* START, END: so many of the arguments are no headers */
	uint16_t returned_count; /* RETURN, or CALL that returns at once: so many of the arguments are `ret`, the others have names */
	const struct shape *arguments; /* of the cells without a field; NULL when there are none */
};

#endif
