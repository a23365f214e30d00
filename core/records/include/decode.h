/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_DECODE_H
#define GOHTTPSNOOP_CORE_DECODE_H

#include "bytes.h"
#include "hit.h"
#include "process_notification.h"
#include "schema.h"

/* The fixed part of a record: which thread hit which probe, and when. */
struct hit_head {
	uint32_t pid, tid; /* ids in the PID namespace of gohttpsnoop */
	uint32_t target;   /* from the attach cookie */
	uint32_t plan;
	uint64_t time;	     /* CLOCK_MONOTONIC, nanoseconds */
	uint64_t lost_calls; /* number of lost calls before this record */
};

/* The captured values, by cell. Views into the record. */
struct hit_arguments {
	const struct shape *shape;
	const struct probe_cell *cells;
	uint8_t expression_count; /* this and the next member: see schema.h */
	uint16_t returned_count;
	uint64_t known[PLAN_MAX_CELLS / 64]; /* bit n: cell n is a capture, and was read */
	struct hit_value values[PLAN_MAX_CELLS];
};

/* The interfaces of a chain (see capture.h), the first one first, up to the first one that could not be read. */
struct hit_chain {
	uint8_t count;
	uint32_t types[CONTEXT_CHAIN_MAX]; /* the hashes of their dynamic types */
	uint64_t data[CONTEXT_CHAIN_MAX];  /* their data words */
};

/*
 * All functions depend only on their arguments and accept any bytes: they return a value or -EBADMSG
 * (wrong sizes, an unknown kind, a number of cells that differs from the schema), and read nothing
 * outside of the record.
 */
int decode_head(struct bytes record, struct hit_head *ret_head);
int decode_process(struct bytes record, struct process_notification *ret_notification);
int decode_hit(struct bytes record, const struct schema *schema, struct hit *ret_hit);
int decode_arguments(struct bytes record, const struct schema *schema,
		     struct hit_arguments *ret_arguments);
int decode_chain(struct bytes record, const struct schema *schema, enum hit_field field,
		 struct hit_chain *ret_chain);

/*
 * Adds the dynamic types of the interfaces in a record to `types`. Ignores hashes without a name, because
 * they are not those of types of the program. Returns how many of the added types the plan does not decode;
 * -EBADMSG.
 */
int decode_types(struct bytes record, const struct schema *schema, struct learned_types *types);

#endif
