/* SPDX-License-Identifier: MIT */
#include "go_time.h"

/* golang/go src/time/time.go: hasMonotonic, nsecShift, wallToInternal, unixToInternal. */
static const uint64_t HAS_MONOTONIC = 1ull << 63;
static const uint64_t NANOSECONDS = (1ull << 30) - 1;
enum { SECONDS_SHIFT = 30 };
static const int64_t YEARS_TO_1885 = (1884 * 365LL + 1884 / 4 - 1884 / 100 + 1884 / 400) * 86400;
static const int64_t YEARS_TO_1970 = (1969 * 365LL + 1969 / 4 - 1969 / 100 + 1969 / 400) * 86400;

static const int64_t SECOND = 1000000000;

int64_t go_time_seconds(uint64_t wall, int64_t ext)
{
	if (wall & HAS_MONOTONIC)
		return YEARS_TO_1885 + (int64_t)(wall << 1 >> (SECONDS_SHIFT + 1));
	return ext;
}

int64_t go_time_unix(uint64_t wall, int64_t ext)
{
	return (int64_t)((uint64_t)go_time_seconds(wall, ext) - (uint64_t)YEARS_TO_1970);
}

uint32_t go_time_fraction(uint64_t wall)
{
	return (wall & NANOSECONDS) % SECOND;
}

bool go_time_nanoseconds(uint64_t wall, int64_t ext, int64_t *ret_time)
{
	int64_t time;

	if (__builtin_mul_overflow(go_time_unix(wall, ext), SECOND, &time) ||
	    __builtin_add_overflow(time, (int64_t)go_time_fraction(wall), &time))
		return false;
	*ret_time = time;
	return true;
}
