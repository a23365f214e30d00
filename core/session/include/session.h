/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SESSION_H
#define GOHTTPSNOOP_CORE_SESSION_H

#include <stdint.h>

#include "error.h"
#include "session_options.h"

/*
 * A run of the tool: targets, eBPF programs, ring reader and sinks, on one event loop. A session is created, gets its
 * targets, runs once and is destroyed.
 */
struct session;

/*
 * The strings and arrays of `options` must outlive the session. Drops the capabilities of this process that a session
 * does not need.
 */
int session_create(const struct session_options *options, struct session **ret_session,
		   struct error *err);
void session_destroy(struct session *session);

/*
 * Begins to trace a process. The id of a thread stands for its process; a notice says so. After an error the session is
 * unchanged and usable.
 */
int session_add_process(struct session *session, uint32_t pid, struct error *err);

/*
 * Adds each process that runs the file at `path`, now or later; `path` must outlive the session. If the file is not a
 * Go program, the error says what it is.
 */
int session_add_binary(struct session *session, const char *path, struct error *err);

/*
 * Begins to trace the processes that match the options, and to watch for new ones. Notices say which of them cannot be
 * traced.
 */
int session_discover(struct session *session, struct error *err);

/*
 * Runs until no target is left and none can come, the count or duration is reached, SIGINT or SIGTERM arrives, or the
 * reader of standard output is gone. Then waits some seconds for slow readers. Negative only if events could not be
 * written.
 */
int session_run(struct session *session, struct session_summary *ret_summary, struct error *err);

#endif
