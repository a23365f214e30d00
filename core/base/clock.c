/* SPDX-License-Identifier: MIT */
#include "clock.h"

#include <time.h>

static int64_t read_clock(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

int64_t clock_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t clock_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_wall_offset(void)
{
	/* The thread may be preempted between the two readings. The shortest of three is close. */
	int64_t best = 0, shortest = INT64_MAX;

	for (int i = 0; i < 3; i++) {
		int64_t before = clock_monotonic();
		int64_t wall = read_clock(CLOCK_REALTIME);
		int64_t after = clock_monotonic();

		if (after - before < shortest) {
			shortest = after - before;
			best = wall - before - shortest / 2;
		}
	}
	return best;
}
