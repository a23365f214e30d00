/* SPDX-License-Identifier: MIT */
/*
 * Replaces libuv's clock and timers (by the linker's --wrap), and the watches of directories, so that a
 * script decides when time passes.
 */
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "deployments.h"
#include "fakes.h"

enum { MAX_TIMERS = 8 };

static struct {
	uv_timer_t *handle;
	uv_timer_cb callback;
	uint64_t due;
} timers[MAX_TIMERS];

static uint64_t now;

uint64_t __wrap_uv_now(const uv_loop_t *loop);
int __wrap_uv_timer_start(uv_timer_t *handle, uv_timer_cb callback, uint64_t timeout,
			  uint64_t repeat);
int __wrap_uv_is_active(const uv_handle_t *handle);

uint64_t __wrap_uv_now(const uv_loop_t *loop)
{
	return now;
}

static size_t find_timer(const void *handle)
{
	size_t i = 0;

	while (i < MAX_TIMERS && timers[i].handle != handle)
		i++;
	return i;
}

int __wrap_uv_timer_start(uv_timer_t *handle, uv_timer_cb callback, uint64_t timeout,
			  uint64_t repeat)
{
	size_t i = find_timer(handle);

	if (i == MAX_TIMERS)
		i = find_timer(NULL);
	if (i == MAX_TIMERS || repeat)
		abort();
	timers[i].handle = handle;
	timers[i].callback = callback;
	timers[i].due = now + timeout;
	return 0;
}

/* The code under test calls this for timers only. */
int __wrap_uv_is_active(const uv_handle_t *handle)
{
	return find_timer(handle) < MAX_TIMERS;
}

/* Returns the first timer that is due until `end`; MAX_TIMERS if there is none. */
static size_t find_due(uint64_t end)
{
	size_t first = MAX_TIMERS;

	for (size_t i = 0; i < MAX_TIMERS; i++) {
		if (timers[i].handle && timers[i].due <= end &&
		    (first == MAX_TIMERS || timers[i].due < timers[first].due))
			first = i;
	}
	return first;
}

void clock_fake_pass(uint64_t milliseconds)
{
	uint64_t end = now + milliseconds;
	size_t i;

	while ((i = find_due(end)) < MAX_TIMERS) {
		uv_timer_t *handle = timers[i].handle;

		now = timers[i].due;
		timers[i].handle = NULL;
		timers[i].callback(handle);
	}
	now = end;
}

void clock_fake_reset(void)
{
	memset(timers, 0, sizeof(timers));
	now = 0;
}

/* ---- deployments.h ---- */

struct deployments {
	char directories[8][64];
	size_t count;
	void (*appeared)(void *user, const char *path);
	void *user;
};

static struct deployments the_deployments;

struct deployments *deployments_create(struct uv_loop_s *loop,
				       void (*appeared)(void *user, const char *path), void *user)
{
	the_deployments = (struct deployments){ .appeared = appeared, .user = user };
	return &the_deployments;
}

static size_t directory_length(const char *path)
{
	return (size_t)(strrchr(path, '/') - path);
}

static bool is_watched(const char *path)
{
	size_t length = directory_length(path);

	for (size_t i = 0; i < the_deployments.count; i++) {
		if (strlen(the_deployments.directories[i]) == length &&
		    memcmp(the_deployments.directories[i], path, length) == 0)
			return true;
	}
	return false;
}

void deployments_watch(struct deployments *deployments, const char *path)
{
	if (is_watched(path))
		return;
	if (deployments->count == 8 || directory_length(path) >= 64)
		abort();
	memcpy(deployments->directories[deployments->count++], path, directory_length(path));
}

void deployments_destroy(struct deployments *deployments)
{
}

void deployments_fake(const char *path)
{
	if (is_watched(path))
		the_deployments.appeared(the_deployments.user, path);
}
