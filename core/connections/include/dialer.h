/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_DIALER_H
#define GOHTTPSNOOP_CORE_DIALER_H

#include <stdbool.h>

#include "endpoint.h"

struct uv_loop_s;

/* Connects to an endpoint without blocking the loop. */
struct dialer;

struct dialer_options {
	struct uv_loop_s *loop;
	const struct endpoint *endpoint; /* outlives the dialer */
	/* One of them is called for each dialer_start(), also by it. The descriptor belongs to the callee. */
	void (*connected)(void *user, int descriptor);
	void (*failed)(void *user, const struct error *why);
	void *user;
};

/* The only failure is -ENOMEM. */
int dialer_create(const struct dialer_options *options, struct dialer **ret_dialer);

/* Resolves the name and tries each address in turn, the next one if one has not answered within some seconds. */
void dialer_start(struct dialer *dialer);

/* Returns whether neither function was called yet. */
bool dialer_is_busy(const struct dialer *dialer);

/* Continues without the loop, which no longer runs at the end of a session. */
void dialer_advance(struct dialer *dialer);

/* Frees the dialer after the loop has closed its handles; run the loop after this. Accepts NULL. */
void dialer_destroy(struct dialer *dialer);

#endif
