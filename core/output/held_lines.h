/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_HELD_LINES_H
#define GOHTTPSNOOP_CORE_HELD_LINES_H

#include <stddef.h>
#include <stdint.h>

#include "batch.h"

/*
 * Lines of what was done for requests that have not ended, by the id of the request. If they take more than a limit,
 * those of the request for which lines have been held longest are given up.
 */
struct held_lines;

/* `limit` in bytes. */
int held_lines_create(size_t limit, struct held_lines **ret_held);
void held_lines_destroy(struct held_lines *held);

/* Holds a copy of one line. Returns how many lines were given up for it, or -ENOMEM. */
int64_t held_lines_add(struct held_lines *held, uint64_t id, struct bytes line);

/* Moves the lines of this request, in their order, to an empty batch. Returns how many they are. */
uint64_t held_lines_take(struct held_lines *held, uint64_t id, struct batch *ret_lines);

/* The number of lines that are held. */
uint64_t held_lines_count(const struct held_lines *held);

#endif
