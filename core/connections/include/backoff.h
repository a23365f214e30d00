/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_BACKOFF_H
#define GOHTTPSNOOP_CORE_BACKOFF_H

#include <stdint.h>

enum {
	/* Milliseconds. */
	BACKOFF_LEAST = 100,
	BACKOFF_MOST_LOCAL = 1000, /* on this machine a try costs nobody anything */
	BACKOFF_MOST_REMOTE = 10000,
};

/* How long to wait before the next try. A zeroed struct begins anew. */
struct backoff {
	uint32_t delay; /* milliseconds, of the last try; 0: there was none */
};

/*
 * Returns the milliseconds until the next try, each time up to twice as many, `most` at most. `random` takes up to half of them off, so that
 * many machines do not try at the same moment.
 */
uint32_t backoff_next(struct backoff *backoff, uint32_t most, uint32_t random);

#endif
