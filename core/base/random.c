/* SPDX-License-Identifier: MIT */
#include "random.h"

#include <sys/random.h>
#include <sys/types.h>

#include "clock.h"

uint64_t random_number(void)
{
	uint64_t number;

	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) == (ssize_t)sizeof(number))
		return number;
	return clock_monotonic();
}
