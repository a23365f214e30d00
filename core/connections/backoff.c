/* SPDX-License-Identifier: MIT */
#include "backoff.h"

uint32_t backoff_next(struct backoff *backoff, uint32_t most, uint32_t random)
{
	uint32_t delay = backoff->delay ? backoff->delay * 2 : BACKOFF_LEAST;

	backoff->delay = delay < most ? delay : most;
	return backoff->delay - random % (backoff->delay / 2 + 1);
}
