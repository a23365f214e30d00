/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TARGET_LIST_H
#define GOHTTPSNOOP_CORE_TARGET_LIST_H

#include <stddef.h>

#include "process_identity.h"

/* Processes in the order in which they were added. A zeroed struct is empty; the caller frees `items`. */
struct target_list {
	const struct process_identity **items;
	size_t count;
};

/* -ENOMEM. The process must be valid until it is removed. */
int target_list_add(struct target_list *list, const struct process_identity *target);
void target_list_remove(struct target_list *list, const struct process_identity *target);

#endif
