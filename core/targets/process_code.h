/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PROCESS_CODE_H
#define GOHTTPSNOOP_CORE_PROCESS_CODE_H

#include "binary_cache.h"
#include "go_libraries.h"

/* Where the Go code of a process is: in the file that it runs, or in a library that it has loaded. */

/* What is to be traced of a process that was named. The caller is a user of the binary. */
int process_code_open(struct binary_cache *cache, const struct process *process,
		      struct known_binary **ret_binary, struct error *err);

/*
 * The same of a process that a rule matches: without a look into a file that was refused before, or is plainly
 * no Go program (-EALREADY, -ENOEXEC). `has_loaded`: the process has run for a while, so that it may have
 * loaded libraries.
 */
int process_code_open_matched(struct binary_cache *cache, const struct process *process,
			      bool has_loaded, struct known_binary **ret_binary, struct error *err);

/* Tells of libraries that a Go program has loaded: their code is not traced. */
void process_code_warn(const struct notifier *notifier, const struct process *process,
		       const struct go_libraries *libraries);

#endif
