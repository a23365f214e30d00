/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PENDING_HITS_H
#define GOHTTPSNOOP_CORE_PENDING_HITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"

/*
 * Records of processes that run a file with probes and were not inspected yet. They are kept in order until their
 * targets are known.
 */
struct pending_hits;

struct pending_hits *pending_hits_create(void); /* NULL if memory ran out */
void pending_hits_destroy(struct pending_hits *pending);

/* The process of a record, and its plan. */
struct pending_hit {
	uint32_t pid;
	int plan;
	uint32_t programs_since; /* how many programs the process is known to have started after it */
	size_t at;		 /* its place among the kept records */
};

/* Returns whether the record is of a process that was not a target at that time. */
bool pending_hit_of(struct bytes record, struct pending_hit *ret_hit);

/* Keeps a copy. False if there is no room. */
bool pending_hits_keep(struct pending_hits *pending, struct bytes record);

/* The process runs another program from now on, or its id belongs to another process. */
void pending_hits_end_program(struct pending_hits *pending, uint32_t pid);

/* Returns the first hit at `*at` or behind it, and moves `*at` behind that. False if there is none. Begin at 0. */
bool pending_hits_next(const struct pending_hits *pending, size_t *at, struct pending_hit *ret_hit);

/* Returns the kept record as a record of `target`, and stops keeping it. The record is valid until the next call. */
struct bytes pending_hits_claim(struct pending_hits *pending, const struct pending_hit *hit,
				uint32_t target);

/* Returns the record as a record of `target`. It is valid until the next call. */
struct bytes pending_hits_assign(struct pending_hits *pending, struct bytes record,
				 uint32_t target);

/* Discards all kept records: their processes matched no rule. */
void pending_hits_discard(struct pending_hits *pending);

#endif
