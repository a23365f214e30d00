/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_DETACHER_H
#define GOHTTPSNOOP_CORE_DETACHER_H

#include "error.h"
#include "kernel.h"

struct known_binary;
struct uv_loop_s;

/*
 * Removes the probes of processes that have ended, beside the loop: the kernel waits some 50 ms until hits that
 * still run have finished.
 */
struct detacher;

/* The loop outlives it. */
int detacher_create(struct uv_loop_s *loop, struct detacher **ret_detacher, struct error *err);

/*
 * Starts the thread that does it, with the capabilities of the caller. Where none can be made the loop waits
 * itself.
 */
int detacher_start(struct detacher *detacher, struct error *err);

/* Waits for what is being removed, and frees the detacher once the loop has closed its handle. */
void detacher_destroy(struct detacher *detacher);

/*
 * Takes over the attachment, which may be NULL, and the use of the binary whose plans it has: those cannot be
 * given to others before. Hits of it are of no target from now on.
 */
void detacher_add(struct detacher *detacher, struct attachment *attachment,
		  struct known_binary *binary);

#endif
