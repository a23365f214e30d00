/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_TRANSCRIPT_H
#define GOHTTPSNOOP_TESTS_TRANSCRIPT_H

#include <stddef.h>

/* The results of a task as text, so that two runs of the task can be compared. */
struct transcript {
	char text[1 << 16];
	size_t used;
};

void transcript_add(struct transcript *transcript, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Runs a task repeatedly; in each run another allocation fails, until a run has no allocation left that could
 * fail. The task has to return -ENOMEM, or give the same transcript as with enough memory, and leave nothing
 * allocated.
 */
typedef int transcript_task(struct transcript *transcript);
void transcript_run_without_memory(transcript_task *task);

#endif
