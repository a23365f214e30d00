/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_RUN_H
#define GOHTTPSNOOP_TESTS_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "binary_cache.h"
#include "discovery.h"

/*
 * The parts of a session that are under test, put together as core/session/session.c does, on the fake
 * machine.
 */
struct run;

/* `line` is given each event and each error that is told. */
struct run *run_create(const struct discovery_rules *rules, void (*line)(const char *text));

/* Tells of what is open, and destroys it. */
void run_finish(struct run *run);

bool run_add_binary(struct run *run, const char *path);
bool run_add_process(struct run *run, uint32_t pid);
bool run_discover(struct run *run);

/* What is due on the loop: processes' ends are seen, handles closed. */
void run_loop(struct run *run);

/* The same, and a step. False when nothing is left to do. */
bool run_step(struct run *run);

struct binary_cache_counts run_count(const struct run *run);

#endif
