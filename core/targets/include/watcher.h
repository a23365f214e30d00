/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_WATCHER_H
#define GOHTTPSNOOP_CORE_WATCHER_H

#include "binary_cache.h"
#include "discovery.h"
#include "finding.h"
#include "notice.h"
#include "process_notification.h"
#include "targets.h"

/*
 * Finds the processes that match the rules, and attaches probes to them: processes that already run, and new ones,
 * which the eBPF side reports.
 */
struct watcher;
struct uv_loop_s;

/* All of this must outlive the watcher, including what `rules` points to. */
struct watcher_options {
	struct uv_loop_s *loop;
	struct kernel *kernel;
	struct binary_cache *cache;
	struct targets *targets;
	struct discovery_rules rules;
	/* Receives the reasons why matching processes cannot be traced, or processes cannot be inspected. */
	const struct notifier *notifier;
	/* Called from the loop if skipped processes are to be inspected again, by watcher_begin(). */
	void (*due)(void *user);
	void *user;
};

int watcher_create(const struct watcher_options *options, struct watcher **ret_watcher,
		   struct error *err);

/* Frees it once the loop has closed its handle. */
void watcher_destroy(struct watcher *watcher);

/* Adds a rule for processes that run this file. If it is not a Go program, the error says what it is. */
int watcher_add_binary(struct watcher *watcher, const char *path, struct error *err);

/* Returns whether future processes may match. */
bool watcher_is_open(const struct watcher *watcher);

/* Makes watcher_next() inspect all running processes; the eBPF side reports new ones. */
int watcher_start(struct watcher *watcher, struct error *err);

/*
 * Queues a notification. Cheap; no target is added or removed. Returns false if there is no room: all processes are inspected
 * then.
 */
bool watcher_note(struct watcher *watcher, const struct process_notification *notification);

/*
 * To be called when a target has ended: processes that were skipped because file descriptors or memory ran out are
 * inspected again soon. They are also inspected again from time to time.
 */
void watcher_retry(struct watcher *watcher);

/* Returns whether an exec notification of the process is queued. */
bool watcher_expects(const struct watcher *watcher, uint32_t pid);

/* To be called before a series of watcher_next(): if notifications were lost, the series inspects all processes. */
void watcher_begin(struct watcher *watcher);

/*
 * Handles the oldest queued notification, or inspects one more process. False if nothing is left to do. If
 * `ret_finding` names an ended target, its end must be reported before the next call.
 */
bool watcher_next(struct watcher *watcher, struct finding *ret_finding);

#endif
