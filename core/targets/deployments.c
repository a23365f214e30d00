/* SPDX-License-Identifier: MIT */
#include "deployments.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>
#include <uv.h>

enum { MAX_DIRECTORIES = 256 };

struct directory {
	int watch;
	char *path;
};

struct deployments {
	int descriptor;
	uv_poll_t events;
	struct directory directories[MAX_DIRECTORIES];
	size_t count;
	void (*appeared)(void *user, const char *path);
	void *user;
};

static struct directory *find_directory(struct deployments *deployments, int watch)
{
	for (size_t i = 0; i < deployments->count; i++) {
		if (deployments->directories[i].watch == watch)
			return &deployments->directories[i];
	}
	return NULL;
}

static void forget(struct deployments *deployments, struct directory *directory)
{
	free(directory->path);
	*directory = deployments->directories[--deployments->count];
}

static void deployments_take_event(struct deployments *deployments,
				   const struct inotify_event *event)
{
	struct directory *directory = find_directory(deployments, event->wd);
	char path[PATH_MAX + NAME_MAX + 2];

	if (!directory)
		return;
	if (event->mask & IN_IGNORED) {
		forget(deployments, directory);
		return;
	}
	if (!event->len || event->mask & IN_ISDIR)
		return;
	snprintf(path, sizeof(path), "%s/%s", directory->path, event->name);
	deployments->appeared(deployments->user, path);
}

static void on_events(uv_poll_t *poll, int status, int events)
{
	struct deployments *deployments = poll->data;
	char buffer[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t size = read(deployments->descriptor, buffer, sizeof(buffer));

	for (ssize_t at = 0; at < size;) {
		const struct inotify_event *event = (const void *)(buffer + at);

		deployments_take_event(deployments, event);
		at += sizeof(*event) + event->len;
	}
}

struct deployments *deployments_create(struct uv_loop_s *loop,
				       void (*appeared)(void *user, const char *path), void *user)
{
	struct deployments *deployments = calloc(1, sizeof(*deployments));

	if (!deployments)
		return NULL;
	deployments->appeared = appeared;
	deployments->user = user;
	deployments->descriptor = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (deployments->descriptor < 0 ||
	    uv_poll_init(loop, &deployments->events, deployments->descriptor) < 0) {
		if (deployments->descriptor >= 0)
			close(deployments->descriptor);
		free(deployments);
		return NULL;
	}
	deployments->events.data = deployments;
	uv_poll_start(&deployments->events, UV_READABLE, on_events);
	return deployments;
}

void deployments_watch(struct deployments *deployments, const char *path)
{
	const uint32_t mask = IN_CLOSE_WRITE | IN_MOVED_TO | IN_ATTRIB | IN_ONLYDIR |
			      IN_EXCL_UNLINK;
	const char *slash = strrchr(path, '/');
	char *directory;
	int watch;

	if (!deployments || deployments->count == MAX_DIRECTORIES)
		return;
	directory = slash ? strndup(path, slash - path) : strdup(".");
	if (!directory)
		return;
	/* For a directory that is already watched, the same number is returned again. */
	watch = inotify_add_watch(deployments->descriptor, *directory ? directory : "/", mask);
	if (watch < 0 || find_directory(deployments, watch))
		free(directory);
	else
		deployments->directories[deployments->count++] =
			(struct directory){ watch, directory };
}

static void deployments_on_handle_closed(uv_handle_t *handle)
{
	struct deployments *deployments = handle->data;

	while (deployments->count)
		forget(deployments, &deployments->directories[0]);
	close(deployments->descriptor);
	free(deployments);
}

void deployments_destroy(struct deployments *deployments)
{
	if (deployments)
		uv_close((uv_handle_t *)&deployments->events, deployments_on_handle_closed);
}
