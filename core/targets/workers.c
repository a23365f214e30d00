/* SPDX-License-Identifier: MIT */
#include "workers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

/* As many as libuv makes, unless UV_THREADPOOL_SIZE says otherwise. */
enum { POOL_SIZE = 4 };

static void wait_for_end(void *end)
{
	uv_sem_wait(end);
}

/* Whether so many threads can be made: tried with some that do nothing. */
static int try_threads(void)
{
	uv_thread_t threads[POOL_SIZE];
	size_t made = 0;
	uv_sem_t end;
	int r = uv_sem_init(&end, 0);

	if (r < 0)
		return r;
	while (made < POOL_SIZE && r == 0) {
		r = uv_thread_create(&threads[made], wait_for_end, &end);
		made += r == 0;
	}
	for (size_t i = 0; i < made; i++)
		uv_sem_post(&end);
	for (size_t i = 0; i < made; i++)
		uv_thread_join(&threads[i]);
	uv_sem_destroy(&end);
	return r;
}

static void do_nothing(uv_work_t *work)
{
}

static void on_done(uv_work_t *work, int status)
{
	free(work);
}

static int start(uv_loop_t *loop)
{
	uv_work_t *work = malloc(sizeof(*work));
	int r = work ? try_threads() : -ENOMEM;

	if (r == 0)
		r = uv_queue_work(loop, work, do_nothing, on_done);
	if (r < 0)
		free(work);
	return r;
}

int workers_start(struct uv_loop_s *loop, struct error *err)
{
	int r = start(loop);

	if (r == 0)
		return 0;
	error_fail(err, r,
		   "no threads can be created, so no events are read while probes are removed: %s",
		   strerror(-r));
	error_hint(err, "raise the limit on processes: ulimit -u, or TasksMax=");
	return r;
}
