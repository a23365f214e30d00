/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_RING_H
#define GOHTTPSNOOP_CORE_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "bytes.h"
#include "error.h"

struct uv_loop_s;

/*
 * The reader of the kernel's ring buffer, on a libuv loop. While records come it polls by a timer, and
 * the kernel side wakes nobody; after a pause it says that it sleeps, and then the next record wakes it.
 */
struct ring;

struct ring_callbacks {
	/* From ring_read(). The record lives until this returns. */
	void (*record)(void *user, struct bytes record);
	/* From the loop: there may be records, ring_read() is to be called. */
	void (*due)(void *user);
	void *user;
};

/*
 * `map` is the ring buffer map's descriptor, `asleep` the word that the kernel side looks at (see
 * kernel_reader_asleep()). Both outlive the ring, as the loop does.
 */
int ring_open(struct uv_loop_s *loop, int map, uint32_t *asleep,
	      const struct ring_callbacks *callbacks, struct ring **ret_ring, struct error *err);

/*
 * Hands on records, at most so many that the loop gets its turn soon. Whether it stopped for that reason,
 * so that more may be there.
 */
bool ring_read(struct ring *ring);

/* Up to where in the ring the kernel side has written by now, or at least taken room. */
uint64_t ring_written(const struct ring *ring);

/* Whether all records up to there were handed on. */
bool ring_has_read(const struct ring *ring, uint64_t position);

/* Frees the ring once the loop has closed its handles; run the loop after this. */
void ring_close(struct ring *ring);

#endif
