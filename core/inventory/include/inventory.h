/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_INVENTORY_H
#define GOHTTPSNOOP_CORE_INVENTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "container.h"
#include "discovery.h"
#include "error.h"
#include "examined_binary.h"
#include "listeners.h"
#include "notice.h"

/* The running processes that would be traced. Only reads /proc and files: nothing is attached. */

struct inventory_options {
	struct discovery_rules rules; /* its binaries need no inspection */
	const uint32_t *pids;	      /* processes named by their ids */
	size_t pid_count;
	struct inspection_options inspection; /* its notifier is told what cannot be traced, too */
};

/* All strings outlive the inventory or belong to it. */
struct inventory_process {
	uint32_t pid;
	char comm[16];
	char *exe;
	char *library; /* that contains its Go code, as the process sees its path; NULL: it is in `exe` */
	struct container_id container;
	const char *go_version;
	const char *convention;	      /* "stack" or "register" */
	const char *const *libraries; /* whose requests are traced: "net/http"; none for functions */
	size_t library_count;
	struct listened_ports listened;
};

/* Processes in ascending order of their ids. */
struct inventory {
	struct inventory_process *processes;
	size_t count;
	size_t refused; /* number of processes that the user named, and that cannot be traced */
	struct inspected_files *files;
};

/*
 * Looks at all processes. A negative errno if descriptors or memory ran out. The caller releases it with
 * inventory_finish().
 */
int inventory_take(const struct inventory_options *options, struct inventory *ret_inventory,
		   struct error *err);

void inventory_finish(struct inventory *inventory);

/* Renders the inventory as a table, or as a line of JSON for each process. The caller frees the text. */
int inventory_print(const struct inventory *inventory, bool json, char **ret_text,
		    size_t *ret_size);

#endif
