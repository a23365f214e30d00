/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_FAKES_H
#define GOHTTPSNOOP_TESTS_FAKES_H

#include "event_log.h"
#include "kernel.h"
#include "ring.h"

/* What the fakes give out beside the functions that they stand in for. */

struct kernel *kernel_fake(void);
struct ring *ring_fake(const struct ring_callbacks *callbacks);

/* Hands each event on as a line without its newline. */
struct event_log *event_log_fake(void (*line)(const char *text));

/* A file appears, or changes, in a directory that is watched. */
void deployments_fake(const char *path);

/* The number of the file that a path of pinned_file_path() or of /proc leads to. */
size_t file_of_path(const char *path);

/* The clock that uv_now() and timers go by: lets milliseconds pass, in which the timers that are due fire. */
void clock_fake_pass(uint64_t milliseconds);
void clock_fake_reset(void);

#endif
