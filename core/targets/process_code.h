/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PROCESS_CODE_H
#define GOHTTPSNOOP_CORE_PROCESS_CODE_H

#include "binary_cache.h"
#include "go_libraries.h"

/* The file with the Go code of a process: its program, or a library that it has loaded. */

/* Opens the binary to trace of a process that the user named. The caller becomes a user of the binary. */
int process_code_open(struct binary_cache *cache, const struct process *process,
		      struct known_binary **ret_binary, struct error *err);

/*
 * The same for a process that matches a rule. A file that was refused before, or is plainly not a Go program, is not
 * inspected (-EALREADY, -ENOEXEC). `has_loaded`: the process has run for some time, so that it may have loaded
 * libraries.
 */
int process_code_open_matched(struct binary_cache *cache, const struct process *process,
			      bool has_loaded, struct known_binary **ret_binary, struct error *err);

/* Reports libraries that a Go program has loaded: their code is not traced. */
void process_code_warn(const struct notifier *notifier, const struct process *process,
		       const struct go_libraries *libraries);

#endif
