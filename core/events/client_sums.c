/* SPDX-License-Identifier: MIT */
#include "client_sums.h"

/* Records of two CPUs can be some nanoseconds out of order. */
static uint64_t passed(uint64_t from, uint64_t to)
{
	return to > from ? to - from : 0;
}

void client_sums_begin(struct client_sums *sums, uint64_t time)
{
	sums->count++;
	if (sums->open++ == 0)
		sums->since = time;
}

void client_sums_end(struct client_sums *sums, uint64_t time)
{
	if (sums->open && --sums->open == 0)
		sums->total += passed(sums->since, time);
}

uint64_t client_sums_total(const struct client_sums *sums, uint64_t time)
{
	return sums->total + (sums->open ? passed(sums->since, time) : 0);
}
