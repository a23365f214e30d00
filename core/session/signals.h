/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SIGNALS_H
#define GOHTTPSNOOP_CORE_SIGNALS_H

#include <stdbool.h>

#include "error.h"

/* Handles the signals to a session. */
struct signals;
struct uv_loop_s;

struct signals_callbacks {
	void (*end)(void *user);  /* SIGINT, SIGTERM; SIGHUP if the terminal was closed */
	void (*tell)(void *user); /* SIGUSR1: report the current state */
	void *user;
};

/*
 * `reopens`: SIGHUP makes the output reopen its file, and ends nothing. A SIGHUP that was ignored from the start, as
 * with nohup(1), stays ignored.
 */
int signals_open(struct uv_loop_s *loop, bool reopens, const struct signals_callbacks *callbacks,
		 struct signals **ret_signals, struct error *err);

/* Frees them once the loop has closed their handles; run the loop after this. */
void signals_close(struct signals *signals);

#endif
