/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_CLIENT_SUMS_H
#define GOHTTPSNOOP_CORE_CLIENT_SUMS_H

#include <stdint.h>

/*
 * How many requests were made for another one, and how long at least one of them was open. A zeroed struct is ready for
 * use. Times are nanoseconds; records of two CPUs can be out of order, by little.
 */
struct client_sums {
	uint32_t count; /* all that began */
	uint32_t open;
	uint64_t since; /* from then on at least one was open, now or last */
	uint64_t until; /* when the last of those ended that have ended */
	uint64_t before; /* when none was open before `since`, the end of the time in which one was */
	uint64_t total; /* nanoseconds until then */
};

void client_sums_begin(struct client_sums *sums, uint64_t time);
void client_sums_end(struct client_sums *sums, uint64_t time);

/* Returns the nanoseconds until `time` in which at least one was open. */
uint64_t client_sums_total(const struct client_sums *sums, uint64_t time);

#endif
