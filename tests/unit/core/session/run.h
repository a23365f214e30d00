/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_RUN_H
#define GOHTTPSNOOP_TESTS_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "binary_cache.h"
#include "discovery.h"

/* The tested parts of a session, put together as in core/session/session.c, on the fake machine. */
struct run;

/* `line` gets each event and each reported error. */
struct run *run_create(const struct discovery_rules *rules, void (*line)(const char *text));

/* Reports what is still open, and destroys the run. */
void run_finish(struct run *run);

bool run_add_binary(struct run *run, const char *path);
bool run_add_process(struct run *run, uint32_t pid);
bool run_discover(struct run *run);

/* Handles what is due on the loop: processes that ended, handles to close. */
void run_loop(struct run *run);

/* Calls run_loop(), then runs a step. Returns false if nothing is left to do. */
bool run_step(struct run *run);

struct binary_cache_counts run_count(const struct run *run);

#endif
