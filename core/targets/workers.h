/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_WORKERS_H
#define GOHTTPSNOOP_CORE_WORKERS_H

#include "error.h"

struct uv_loop_s;

/*
 * Has libuv make the threads of its pool now, by which uv_queue_work() does its work. Where it makes them when
 * they are first needed it ends the program should there be no more threads by then. On failure (-EAGAIN, -ENOMEM)
 * the pool is not to be used.
 */
int workers_start(struct uv_loop_s *loop, struct error *err);

#endif
