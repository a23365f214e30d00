/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_LOOKOUT_H
#define GOHTTPSNOOP_CORE_LOOKOUT_H

#include "discovery.h"
#include "notice.h"
#include "process_news.h"
#include "roster.h"

/*
 * Looks out for processes that are wanted: those that run when it starts, and those that begin to, as
 * the kernel side reports them. Has the roster attach to them.
 */
struct lookout;
struct uv_loop_s;

/* All of it outlives the lookout, as what `rules` points at does. */
struct lookout_options {
	struct uv_loop_s *loop;
	struct kernel *kernel;
	struct roster *roster;
	struct discovery_rules rules;
	/* Told which processes that are wanted cannot be traced, and that some cannot even be looked at. */
	const struct notifier *notifier;
	/* From the loop: what was passed over is to be looked at again, with lookout_begin(). */
	void (*due)(void *user);
	void *user;
};

/* What came of looking at a process. */
struct finding {
	struct target *attached; /* that it is from now on, or NULL */
	struct target *ended;	 /* that it was until now, and that is to be removed; or NULL */
	uint32_t vanished; /* its number, when it had ended before it could be looked at; or 0 */
};

int lookout_create(const struct lookout_options *options, struct lookout **ret_lookout,
		   struct error *err);

/* Frees it once the loop has closed its handle. */
void lookout_destroy(struct lookout *lookout);

/* Wants what runs this file, too; the error says what the file is instead of a Go program. */
int lookout_add_binary(struct lookout *lookout, const char *path, struct error *err);

/* Whether more processes may be wanted than there are. */
bool lookout_is_open(const struct lookout *lookout);

/* Has lookout_next() look at all processes that run; the kernel side reports new ones. */
int lookout_start(struct lookout *lookout, struct error *err);

/* Remembers news; cheap, and safe where targets must not come and go. */
void lookout_note(struct lookout *lookout, const struct process_news *news);

/*
 * A target has ended: processes that were passed over because descriptors or memory ran out are looked at again
 * soon. They are anyhow, now and then.
 */
void lookout_retry(struct lookout *lookout);

/* Whether there is news that the process runs a program, which was not acted on yet. */
bool lookout_expects(const struct lookout *lookout, uint32_t pid);

/* Before the first of a row of lookout_next(): if news was lost, they look at all processes. */
void lookout_begin(struct lookout *lookout);

/*
 * Acts on the oldest news that is remembered, or looks at one more process. False when nothing is left to
 * do. The end of a target that `ret_finding` names is to be told before the next call.
 */
bool lookout_next(struct lookout *lookout, struct finding *ret_finding);

#endif
