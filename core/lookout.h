/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_LOOKOUT_H
#define GOHTTPSNOOP_CORE_LOOKOUT_H

#include "decode.h"
#include "discovery.h"
#include "roster.h"

/*
 * Looks out for processes that are wanted: those that run when it starts, and those that begin to, as
 * the kernel side tells of them. Takes them on in the roster.
 */
struct lookout;

struct lookout_callbacks {
	/* A process that is wanted cannot be traced. `named`: a rule names it, rather than everything. */
	void (*refused)(void *user, const struct error *why, bool named);
	void *user;
};

/* `kernel` and `roster` outlive the lookout, as what `rules` points at does. */
int lookout_create(struct kernel *kernel, struct roster *roster, const struct discovery_rules *rules,
		   const struct lookout_callbacks *callbacks, struct lookout **ret_lookout,
		   struct error *err);
void lookout_destroy(struct lookout *lookout);

/* Wants what runs this file, too; the error says what the file is instead of a Go program. */
int lookout_add_binary(struct lookout *lookout, const char *path, struct error *err);

/* Whether more processes may be wanted than there are. */
bool lookout_is_open(const struct lookout *lookout);

/* Takes on who runs now; who comes is told of by the kernel side, which watches already. */
int lookout_start(struct lookout *lookout, struct error *err);

/* Remembers news; cheap, and safe where targets must not come and go. */
void lookout_note(struct lookout *lookout, const struct process_news *news);

/* Acts on the news remembered. */
void lookout_act(struct lookout *lookout);

#endif
