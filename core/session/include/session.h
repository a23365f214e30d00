/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SESSION_H
#define GOHTTPSNOOP_CORE_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "kernel_attachment.h"
#include "notice.h"
#include "trace_spec.h"

/*
 * A run of the tool: targets, the kernel side, the ring reader and the sinks, on one event loop. Made,
 * given targets, run once, destroyed.
 */
struct session;

enum session_output { SESSION_OUTPUT_NONE, SESSION_OUTPUT_TABLE, SESSION_OUTPUT_JSON };

struct session_options {
	const struct trace_spec *spec; /* what to trace; outlives the session */
	const char *const *names;      /* globs of processes to trace, see discovery.h */
	size_t name_count;
	const uint16_t *ports;
	size_t port_count;
	bool all;
	bool watches_binaries;	    /* session_add_binary() will be called */
	enum session_output output; /* on standard output; a table only if there is nothing else */
	const char *output_file;    /* to append JSON to, or NULL */
	const char *socket;	    /* to serve JSON on, or NULL; see sink_create_socket() */
	uint32_t socket_mode;
	const char *socket_group; /* or NULL */
	uint32_t reader_buffer;	  /* bytes that may wait for one reader */
	const char *version;	  /* of the tool, for readers */
	uint64_t count;		  /* stop after so many requests or calls; 0: never */
	uint64_t duration;	  /* stop after so many milliseconds; 0: never */
	const char *types;	  /* file with the DWARF of what is traced, or NULL */
	uint32_t ring_size;	  /* bytes */
	enum kernel_attachment attachment;
	struct notifier notifier;
};

struct session_summary {
	uint64_t events, lost;
	size_t targets;	  /* traced in all */
	bool interrupted; /* ended by a signal */
};

/*
 * The strings and arrays of `options` outlive the session. What this process may do and a session does
 * not need it may not do any more afterwards.
 */
int session_create(const struct session_options *options, struct session **ret_session,
		   struct error *err);
void session_destroy(struct session *session);

/* Begins to trace a process; the id of a thread means its process, and that is told. On an error the session is as before and can go on. */
int session_add_process(struct session *session, uint32_t pid, struct error *err);

/*
 * Wants each process that runs the file at `path`, now or later; `path` outlives the session. The error
 * says what the file is instead of a Go program.
 */
int session_add_binary(struct session *session, const char *path, struct error *err);

/*
 * Begins to trace the processes that are wanted, and to look out for new ones. Those that cannot be
 * traced are told of as notices.
 */
int session_discover(struct session *session, struct error *err);

/*
 * Runs until there is no target left (and none is looked out for), the count or duration is reached,
 * SIGINT or SIGTERM comes, or standard output has no reader any more. Then gives slow readers some
 * seconds. Negative only when events could not be written.
 */
int session_run(struct session *session, struct session_summary *ret_summary, struct error *err);

#endif
