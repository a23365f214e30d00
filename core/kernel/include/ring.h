/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_RING_H
#define GOHTTPSNOOP_CORE_RING_H

#include "bytes.h"
#include "error.h"

/*
 * The reader of the kernel's ring buffer, on a libuv loop. While records come it polls by a timer, and
 * the kernel side wakes nobody; after a pause it says that it sleeps, and then the next record wakes it.
 */
struct ring;

/* What the ring calls. The record lives until `record` returns. */
struct ring_callbacks {
	void (*record)(void *user, struct bytes record);
	void (*batch_end)(
		void *user); /* after records were handed on, and at each look at an empty ring */
	void *user;
};

/*
 * `loop` is a uv_loop_t, `map` the ring buffer map's descriptor, `asleep` the word that the kernel side
 * looks at (see kernel_reader_asleep()). Both outlive the ring.
 */
int ring_open(void *loop, int map, uint32_t *asleep, const struct ring_callbacks *callbacks,
	      struct ring **ret_ring, struct error *err);

/* Hands on all that is in the ring now. */
void ring_drain(struct ring *ring);

/* Frees the ring once the loop has closed its handles; run the loop after this. */
void ring_close(struct ring *ring);

#endif
