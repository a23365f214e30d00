/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_DECODE_H
#define GOHTTPSNOOP_CORE_DECODE_H

#include "bytes.h"
#include "hit.h"
#include "process_news.h"
#include "schema.h"

/* The fixed part of a record: who hit which probe, when. */
struct hit_head {
	uint32_t pid, tid; /* as the kernel numbers them */
	uint32_t target;   /* from the attach cookie */
	uint32_t plan;
	uint64_t time;	     /* CLOCK_MONOTONIC, nanoseconds */
	uint64_t lost_calls; /* before it */
};

/* The values of arguments, by cell; those that are not `known` could not be read. */
struct hit_arguments {
	const struct shape *shape;
	const struct probe_cell *cells;
	uint8_t expression_count; /* this and the next: see the schema */
	uint16_t returned_count;
	uint64_t known[PLAN_MAX_CELLS / 64];
	struct hit_value values[PLAN_MAX_CELLS];
};

/*
 * All are pure and total: any bytes give a value or -EBADMSG (sizes that do not fit, an unknown kind,
 * a cell count other than the schema's), and nothing outside of them is read.
 */
int decode_head(struct bytes record, struct hit_head *ret_head);
int decode_process(struct bytes record, struct process_news *ret_news);
int decode_hit(struct bytes record, const struct schema *schema, struct hit *ret_hit);
int decode_arguments(struct bytes record, const struct schema *schema,
		     struct hit_arguments *ret_arguments);

#endif
