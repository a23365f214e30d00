/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PENDING_HITS_H
#define GOHTTPSNOOP_CORE_PENDING_HITS_H

#include <stdbool.h>
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
};

/* Whether it is a record of a process that was no target then. */
bool pending_hit_of(struct bytes record, struct pending_hit *ret_hit);

/* Keeps a copy. False when there is no room. */
bool pending_hits_keep(struct pending_hits *pending, struct bytes record);

/* The record as one of `target`; lives until the next call. */
struct bytes pending_hits_assign(struct pending_hits *pending, struct bytes record,
				 uint32_t target);

/* The plan by which something was kept of the process; negative when nothing was. */
int pending_hits_plan(const struct pending_hits *pending, uint32_t pid);

/* Hands on what was kept of the process, as records of `target`, and keeps it no longer. */
void pending_hits_replay(struct pending_hits *pending, uint32_t pid, uint32_t target,
			 void (*take)(void *user, struct bytes record), void *user);

/* Forgets what nobody asked for: those that are not wanted. */
void pending_hits_discard(struct pending_hits *pending);

#endif
