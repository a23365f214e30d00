/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SIGNALS_H
#define GOHTTPSNOOP_CORE_SIGNALS_H

#include <stdbool.h>

#include "error.h"

/* What signals ask of a session. */
struct signals;
struct uv_loop_s;

struct signals_callbacks {
	void (*end)(void *user);  /* SIGINT, SIGTERM; SIGHUP, when the terminal has gone */
	void (*tell)(void *user); /* SIGUSR1: say how things stand */
	void *user;
};

/*
 * `reopens`: SIGHUP has a file opened anew, which is somebody else's business,
 * and ends nothing. A SIGHUP that was ignored from the start, as nohup(1) has it, stays so.
 */
int signals_open(struct uv_loop_s *loop, bool reopens, const struct signals_callbacks *callbacks,
		 struct signals **ret_signals, struct error *err);

/* Frees them once the loop has closed their handles; run the loop after this. */
void signals_close(struct signals *signals);

#endif
