/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_CLIENT_SUMS_H
#define GOHTTPSNOOP_CORE_CLIENT_SUMS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How many requests were made for another one, and how long at least one of them was open. A zeroed struct is ready for
 * use. Times are nanoseconds; records of two CPUs can be out of order, by little.
 */
struct client_sums {
	uint32_t count; /* all that began */
	uint32_t open;
	uint32_t own_open; /* those made by the goroutine of the request itself */
	bool is_unknown;   /* when one of them ended is not known */
	uint64_t since;	   /* from then on at least one was open, now or last */
	uint64_t until;	   /* when the last of those ended that have ended */
	uint64_t before; /* when none was open before `since`, the end of the time in which one was */
	uint64_t total; /* nanoseconds until then */
};

void client_sums_begin(struct client_sums *sums, uint64_t time, bool is_own);
void client_sums_end(struct client_sums *sums, uint64_t time, bool is_own);

/* One of those that are open has ended before `time`: it panicked, or the record of its end was lost. */
void client_sums_give_up(struct client_sums *sums, uint64_t time, bool is_own);

/* Returns the nanoseconds until `time` in which at least one was open. */
uint64_t client_sums_total(const struct client_sums *sums, uint64_t time);

/*
 * Returns whether client_sums_total() is known when the request ends. A goroutine that ends a request has left whatever it
 * had begun.
 */
bool client_sums_are_known(const struct client_sums *sums);

#endif
