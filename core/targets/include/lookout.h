/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_LOOKOUT_H
#define GOHTTPSNOOP_CORE_LOOKOUT_H

#include "discovery.h"
#include "process_news.h"
#include "roster.h"

/*
 * Looks out for processes that are wanted: those that run when it starts, and those that begin to, as
 * the kernel side tells of them. Takes them on in the roster.
 */
struct lookout;

struct lookout_callbacks {
	/* A process that is wanted cannot be traced. `named`: a rule names it, rather than everything. */
	void (*refused)(void *user, const struct error *why, bool named);
	/* One that began to run has ended before anything could be found out about it. */
	void (*vanished)(void *user, uint32_t pid);
	/* One was taken on, perhaps of many: what came meanwhile may be seen to before the next one is. */
	void (*taken_on)(void *user);
	/* There are processes that cannot even be looked at. */
	void (*warned)(void *user, const struct error *why);
	/* What was passed over is to be looked at again: lookout_act() is to be called. */
	void (*due)(void *user);
	void *user;
};

/* All of it outlives the lookout, as what `rules` points at does. */
struct lookout_options {
	void *loop; /* a uv_loop_t */
	struct kernel *kernel;
	struct roster *roster;
	struct discovery_rules rules;
	struct lookout_callbacks callbacks;
};

int lookout_create(const struct lookout_options *options, struct lookout **ret_lookout,
		   struct error *err);

/* Frees it once the loop has closed its handle. */
void lookout_destroy(struct lookout *lookout);

/* Wants what runs this file, too; the error says what the file is instead of a Go program. */
int lookout_add_binary(struct lookout *lookout, const char *path, struct error *err);

/* Whether more processes may be wanted than there are. */
bool lookout_is_open(const struct lookout *lookout);

/* Takes on who runs now; who comes is told of by the kernel side, which watches already. */
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

/* Acts on the news remembered. False when some is left, or that is being done already. */
bool lookout_act(struct lookout *lookout);

#endif
