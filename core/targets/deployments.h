/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_DEPLOYMENTS_H
#define GOHTTPSNOOP_CORE_DEPLOYMENTS_H

/*
 * Watches the directories of traced programs. A new version of a service is usually written there before it is started,
 * and can be inspected in between.
 */
struct deployments;
struct uv_loop_s;

/*
 * Calls `appeared` for each file in one of the directories that was written, moved there or got other permissions.
 * Returns NULL if directories cannot be watched.
 */
struct deployments *deployments_create(struct uv_loop_s *loop,
				       void (*appeared)(void *user, const char *path), void *user);

/* Watches the directory of the file at `path`, if there is room for one more. NULL watches nothing. */
void deployments_watch(struct deployments *deployments, const char *path);

/* Frees it once the loop has closed its handle. */
void deployments_destroy(struct deployments *deployments);

#endif
