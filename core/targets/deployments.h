/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_DEPLOYMENTS_H
#define GOHTTPSNOOP_CORE_DEPLOYMENTS_H

/*
 * Watches the directories that programs of interest were run from: the next version of a service is
 * put there before it is started, and can be looked into in between.
 */
struct deployments;
struct uv_loop_s;

/*
 * `appeared` is told of each file that was written or moved to, or whose rights changed, in one of the
 * directories, and of none that left. NULL where files cannot be watched.
 */
struct deployments *deployments_create(struct uv_loop_s *loop,
				       void (*appeared)(void *user, const char *path), void *user);

/* Watches the directory of the file at `path`, if there is room for one more. NULL watches nothing. */
void deployments_watch(struct deployments *deployments, const char *path);

/* Frees it once the loop has closed its handle. */
void deployments_destroy(struct deployments *deployments);

#endif
