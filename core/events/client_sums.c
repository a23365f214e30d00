/* SPDX-License-Identifier: MIT */
#include "client_sums.h"

static uint64_t later_of(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t passed(uint64_t from, uint64_t to)
{
	return to > from ? to - from : 0;
}

void client_sums_begin(struct client_sums *sums, uint64_t time, bool is_own)
{
	sums->count++;
	sums->own_open += is_own;
	if (sums->open++ == 0) {
		sums->before = sums->until;
		sums->since = later_of(time, sums->before);
	} else if (time < sums->since) {
		sums->since = later_of(time, sums->before);
	}
}

void client_sums_end(struct client_sums *sums, uint64_t time, bool is_own)
{
	sums->own_open -= is_own && sums->own_open;
	sums->until = later_of(sums->until, time);
	if (sums->open && --sums->open == 0)
		sums->total += passed(sums->since, sums->until);
}

uint64_t client_sums_total(const struct client_sums *sums, uint64_t time)
{
	return sums->total + (sums->open ? passed(sums->since, time) : 0);
}

void client_sums_give_up(struct client_sums *sums, uint64_t time, bool is_own)
{
	sums->is_unknown = true;
	client_sums_end(sums, time, is_own);
}

bool client_sums_are_known(const struct client_sums *sums)
{
	return !sums->is_unknown && !sums->own_open;
}
