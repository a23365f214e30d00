/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_NEWCOMERS_H
#define GOHTTPSNOOP_CORE_NEWCOMERS_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"

/*
 * Records of processes that began to run a file with probes in it and that nobody has looked at yet:
 * kept, in order, until it is known which targets they are.
 */
struct newcomers;

struct newcomers *newcomers_create(void); /* NULL without memory */
void newcomers_destroy(struct newcomers *newcomers);

/* Whose record it is, and by which plan. */
struct newcomer {
	uint32_t pid;
	int plan;
};

/* Whether it is a record of a process that was no target then. */
bool newcomers_is_one(struct bytes record, struct newcomer *ret_newcomer);

/* Keeps a copy. False when there is no room. */
bool newcomers_keep(struct newcomers *newcomers, struct bytes record);

/* The record as one of `target`; lives until the next call. */
struct bytes newcomers_assign(struct newcomers *newcomers, struct bytes record, uint32_t target);

/* The plan by which something was kept of the process; negative when nothing was. */
int newcomers_plan(const struct newcomers *newcomers, uint32_t pid);

/* Hands on what was kept of the process, as records of `target`, and keeps it no longer. */
void newcomers_hand_on(struct newcomers *newcomers, uint32_t pid, uint32_t target,
		       void (*take)(void *user, struct bytes record), void *user);

/* Forgets what nobody asked for: those that are not wanted. */
void newcomers_clear(struct newcomers *newcomers);

#endif
