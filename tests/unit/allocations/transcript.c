/* SPDX-License-Identifier: MIT */
#include "transcript.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "failing_allocations.h"

enum { MOST_ALLOCATIONS = 100000 };

void transcript_add(struct transcript *transcript, const char *format, ...)
{
	size_t room = sizeof(transcript->text) - transcript->used;
	va_list list;

	va_start(list, format);
	transcript->used += vsnprintf(transcript->text + transcript->used, room, format, list);
	va_end(list);
	if (transcript->used >= sizeof(transcript->text))
		abort();
}

static int run(transcript_task *task, size_t fail_at, struct transcript *transcript,
	       bool *ret_failed)
{
	size_t before = allocations_live();
	int r;

	transcript->used = 0;
	transcript->text[0] = '\0';
	allocations_fail_at(fail_at);
	r = task(transcript);
	*ret_failed = allocations_have_failed();
	if (allocations_live() != before)
		fail_msg("allocation %zu failed: %zu are not freed", fail_at,
			 allocations_live() - before);
	return r;
}

void transcript_run_without_memory(transcript_task *task)
{
	static struct transcript wanted, transcript;
	bool failed = true;

	assert_int_equal(run(task, 0, &wanted, &failed), 0);
	assert_true(wanted.used > 0);
	for (size_t n = 1; failed || n == 1; n++) {
		int r = run(task, n, &transcript, &failed);

		assert_true(n < MOST_ALLOCATIONS);
		if (r == -ENOMEM && failed)
			continue;
		if (r != 0)
			fail_msg("allocation %zu failed: %s", n, strerror(-r));
		if (strcmp(transcript.text, wanted.text) != 0)
			fail_msg("allocation %zu failed: %s\nnot\n%s", n, transcript.text,
				 wanted.text);
	}
}
