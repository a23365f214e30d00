/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_DETACHER_H
#define GOHTTPSNOOP_CORE_DETACHER_H

#include "error.h"
#include "kernel.h"

struct known_binary;
struct uv_loop_s;

/*
 * Removes the probes of processes that have ended in a thread of its own: the kernel waits about 50 ms until running
 * hits have finished.
 */
struct detacher;

/* The loop must outlive the detacher. */
int detacher_create(struct uv_loop_s *loop, struct detacher **ret_detacher, struct error *err);

/*
 * Starts the thread, which has the capabilities of the caller. If no thread can be created, the event loop itself
 * waits.
 */
int detacher_start(struct detacher *detacher, struct error *err);

/* Waits for running removals, and frees the detacher once the loop has closed its handle. */
void detacher_destroy(struct detacher *detacher);

/*
 * Takes ownership of the attachment, which may be NULL, and of the use of the binary whose plans it uses: they cannot
 * be reused before. From now on its hits belong to no target.
 */
void detacher_add(struct detacher *detacher, struct attachment *attachment,
		  struct known_binary *binary);

#endif
