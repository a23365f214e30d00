/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PENDING_HITS_H
#define GOHTTPSNOOP_CORE_PENDING_HITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"

/*
 * Records of processes that began to run a file with probes in it and that nobody has looked at yet:
 * kept, in order, until it is known which targets they are.
 */
struct pending_hits;

struct pending_hits *pending_hits_create(void); /* NULL without memory */
void pending_hits_destroy(struct pending_hits *pending);

/* Whose record it is, and by which plan. */
struct pending_hit {
	uint32_t pid;
	int plan;
	uint32_t programs_since; /* how often the process is known to have begun another program after it */
	size_t at;		 /* where it is kept */
};

/* Whether it is a record of a process that was no target then. */
bool pending_hit_of(struct bytes record, struct pending_hit *ret_hit);

/* Keeps a copy. False when there is no room. */
bool pending_hits_keep(struct pending_hits *pending, struct bytes record);

/* The process runs another program from now on, or another process has its number. */
void pending_hits_end_program(struct pending_hits *pending, uint32_t pid);

/*
 * The first hit kept at `*at` or behind it, and goes on to the next one. False when there is none. Begin at 0.
 */
bool pending_hits_next(const struct pending_hits *pending, size_t *at, struct pending_hit *ret_hit);

/* The kept record as one of `target`; it is kept no longer. Lives until the next call. */
struct bytes pending_hits_claim(struct pending_hits *pending, const struct pending_hit *hit,
				uint32_t target);

/* The record as one of `target`; lives until the next call. */
struct bytes pending_hits_assign(struct pending_hits *pending, struct bytes record,
				 uint32_t target);

/* Forgets what nobody asked for: those that are not wanted. */
void pending_hits_discard(struct pending_hits *pending);

#endif
