/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_WATCHER_H
#define GOHTTPSNOOP_CORE_WATCHER_H

#include "binary_cache.h"
#include "discovery.h"
#include "notice.h"
#include "process_news.h"
#include "targets.h"

/*
 * Finds the processes that are wanted: those that run when it starts, and those that begin to, as the eBPF side
 * reports them. Has probes attached to them.
 */
struct watcher;
struct uv_loop_s;

/* All of it outlives the watcher, as what `rules` points at does. */
struct watcher_options {
	struct uv_loop_s *loop;
	struct kernel *kernel;
	struct binary_cache *cache;
	struct targets *targets;
	struct discovery_rules rules;
	/* Told which processes that are wanted cannot be traced, and that some cannot even be looked at. */
	const struct notifier *notifier;
	/* From the loop: what was passed over is to be looked at again, with watcher_begin(). */
	void (*due)(void *user);
	void *user;
};

/* What came of looking at a process. */
struct finding {
	struct target *attached; /* that it is from now on, or NULL */
	struct target *ended;	 /* that it was until now, and that is to be removed; or NULL */
	uint32_t vanished; /* its number, when it had ended before it could be looked at; or 0 */
};

int watcher_create(const struct watcher_options *options, struct watcher **ret_watcher,
		   struct error *err);

/* Frees it once the loop has closed its handle. */
void watcher_destroy(struct watcher *watcher);

/* Wants what runs this file, too; the error says what the file is instead of a Go program. */
int watcher_add_binary(struct watcher *watcher, const char *path, struct error *err);

/* Whether more processes may be wanted than there are. */
bool watcher_is_open(const struct watcher *watcher);

/* Has watcher_next() look at all processes that run; the kernel side reports new ones. */
int watcher_start(struct watcher *watcher, struct error *err);

/* Remembers news; cheap, and safe where targets must not come and go. */
void watcher_note(struct watcher *watcher, const struct process_news *news);

/*
 * A target has ended: processes that were passed over because descriptors or memory ran out are looked at again
 * soon. They are anyhow, now and then.
 */
void watcher_retry(struct watcher *watcher);

/* Whether there is news that the process runs a program, which was not acted on yet. */
bool watcher_expects(const struct watcher *watcher, uint32_t pid);

/* Before the first of a row of watcher_next(): if news was lost, they look at all processes. */
void watcher_begin(struct watcher *watcher);

/*
 * Acts on the oldest news that is remembered, or looks at one more process. False when nothing is left to
 * do. The end of a target that `ret_finding` names is to be told before the next call.
 */
bool watcher_next(struct watcher *watcher, struct finding *ret_finding);

#endif
