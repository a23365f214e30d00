/* SPDX-License-Identifier: MIT */
#include "detacher.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "binary_cache.h"

struct detaching {
	struct detaching *next;
	struct attachment *attachment;
	struct known_binary *binary;
};

struct detacher {
	uv_thread_t thread;
	bool runs;
	uv_async_t detached; /* signals that `done` is not empty */
	uv_mutex_t lock;     /* protects the following members */
	uv_cond_t changed;
	bool is_closing;
	struct detaching *waiting, *done; /* in no order */
};

static void push(struct detaching **list, struct detaching *detaching)
{
	detaching->next = *list;
	*list = detaching;
}

static struct detaching *take_all(struct detaching **list)
{
	struct detaching *all = *list;

	*list = NULL;
	return all;
}

/* Each removal makes the kernel wait. If memory permits, all of them wait together. */
static void detach(struct detaching *list)
{
	struct attachment **attachments;
	size_t count = 0, i = 0;

	for (const struct detaching *one = list; one; one = one->next)
		count++;
	attachments = calloc(count, sizeof(struct attachment *));
	for (struct detaching *one = list; one; one = one->next) {
		if (attachments)
			attachments[i++] = one->attachment;
		else
			attachment_detach(one->attachment);
	}
	if (attachments)
		attachments_detach(attachments, count);
	free(attachments);
}

/* Waits until there is something to remove. NULL if no more will come. */
static struct detaching *wait_for_some(struct detacher *detacher)
{
	struct detaching *list;

	uv_mutex_lock(&detacher->lock);
	while (!detacher->waiting && !detacher->is_closing)
		uv_cond_wait(&detacher->changed, &detacher->lock);
	list = take_all(&detacher->waiting);
	uv_mutex_unlock(&detacher->lock);
	return list;
}

static void hand_back(struct detacher *detacher, struct detaching *list)
{
	uv_mutex_lock(&detacher->lock);
	while (list) {
		struct detaching *one = list;

		list = one->next;
		push(&detacher->done, one);
	}
	uv_mutex_unlock(&detacher->lock);
	uv_async_send(&detacher->detached);
}

static void detacher_run(void *user)
{
	struct detacher *detacher = user;
	struct detaching *list;

	while ((list = wait_for_some(detacher))) {
		detach(list);
		hand_back(detacher, list);
	}
}

/* Binaries must only be used by the event loop's thread. */
static void release_done(struct detacher *detacher)
{
	struct detaching *list;

	uv_mutex_lock(&detacher->lock);
	list = take_all(&detacher->done);
	uv_mutex_unlock(&detacher->lock);
	while (list) {
		struct detaching *one = list;

		list = one->next;
		binary_cache_release(one->binary);
		free(one);
	}
}

static void on_detached(uv_async_t *detached)
{
	release_done(detached->data);
}

int detacher_create(struct uv_loop_s *loop, struct detacher **ret_detacher, struct error *err)
{
	struct detacher *detacher = calloc(1, sizeof(*detacher));
	int r = detacher ? uv_async_init(loop, &detacher->detached, on_detached) : -ENOMEM;

	if (r < 0) {
		free(detacher);
		return error_fail(err, r, "probes cannot be removed beside the loop: %s",
				  strerror(-r));
	}
	detacher->detached.data = detacher;
	/* These calls only fail if their arguments are wrong. */
	uv_mutex_init(&detacher->lock);
	uv_cond_init(&detacher->changed);
	*ret_detacher = detacher;
	return 0;
}

int detacher_start(struct detacher *detacher, struct error *err)
{
	int r = uv_thread_create(&detacher->thread, detacher_run, detacher);

	detacher->runs = r == 0;
	if (r == 0)
		return 0;
	error_fail(err, r,
		   "no threads can be created, so no events are read while probes are removed: %s",
		   strerror(-r));
	error_hint(err, "raise the limit on processes: ulimit -u, or TasksMax=");
	return r;
}

static void detacher_stop_thread(struct detacher *detacher)
{
	uv_mutex_lock(&detacher->lock);
	detacher->is_closing = true;
	uv_cond_signal(&detacher->changed);
	uv_mutex_unlock(&detacher->lock);
	uv_thread_join(&detacher->thread);
}

static void detacher_on_handle_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void detacher_destroy(struct detacher *detacher)
{
	if (!detacher)
		return;
	if (detacher->runs)
		detacher_stop_thread(detacher);
	release_done(detacher);
	uv_cond_destroy(&detacher->changed);
	uv_mutex_destroy(&detacher->lock);
	uv_close((uv_handle_t *)&detacher->detached, detacher_on_handle_closed);
}

void detacher_add(struct detacher *detacher, struct attachment *attachment,
		  struct known_binary *binary)
{
	struct detaching *detaching = NULL;

	attachment_withdraw(attachment);
	if (attachment && detacher->runs)
		detaching = malloc(sizeof(*detaching));
	if (!detaching) {
		attachment_detach(attachment);
		binary_cache_release(binary);
		return;
	}
	*detaching = (struct detaching){ NULL, attachment, binary };
	uv_mutex_lock(&detacher->lock);
	push(&detacher->waiting, detaching);
	uv_cond_signal(&detacher->changed);
	uv_mutex_unlock(&detacher->lock);
}
