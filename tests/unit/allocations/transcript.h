/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_TRANSCRIPT_H
#define GOHTTPSNOOP_TESTS_TRANSCRIPT_H

#include <stddef.h>

/* What a task found, as text, so that two runs of it can be compared. */
struct transcript {
	char text[1 << 16];
	size_t used;
};

void transcript_add(struct transcript *transcript, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Runs a task again and again, each time with another allocation that fails, until none is left: it gives
 * -ENOMEM, or what it gives with enough memory, and leaves nothing allocated.
 */
typedef int transcript_task(struct transcript *transcript);
void transcript_run_without_memory(transcript_task *task);

#endif
