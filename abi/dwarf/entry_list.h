/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_ENTRY_LIST_H
#define GOHTTPSNOOP_ABI_ENTRY_LIST_H

#include "debug_info.h"

/* The children of an entry that have the same tag. All-zero is a valid empty list. */
struct entry_list {
	struct debug_entry *entries;
	size_t count, limit;
	uint16_t tag;
};

/* Reads the children of `parent`. -E2BIG if there are more than `limit`. On failure the list is empty. */
int entry_list_read(struct debug_info *info, uint64_t parent, enum debug_tag tag, size_t limit,
		    struct entry_list *ret_list, struct error *err);
void entry_list_release(struct entry_list *list);

#endif
