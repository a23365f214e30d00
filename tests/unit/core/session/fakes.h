/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_FAKES_H
#define GOHTTPSNOOP_TESTS_FAKES_H

#include "event_log.h"
#include "kernel.h"
#include "ring.h"

/* Functions of the fakes for tests, beside the functions that they replace. */

struct kernel *kernel_fake(void);
struct ring *ring_fake(const struct ring_callbacks *callbacks);

/* The log passes each event to `line`, as text without a newline. */
struct event_log *event_log_fake(void (*line)(const char *text));

/* Simulates that a file appears, or changes, in a watched directory. */
void deployments_fake(const char *path);

/* Returns the number of the file at a path, which may come from pinned_file_path() or lead into /proc. */
size_t file_of_path(const char *path);

/* The clock of uv_now() and of timers. Lets milliseconds pass and runs the timers that are due. */
void clock_fake_pass(uint64_t milliseconds);
void clock_fake_reset(void);

#endif
