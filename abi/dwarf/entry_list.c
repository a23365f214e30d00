/* SPDX-License-Identifier: MIT */
#include "entry_list.h"

#include <errno.h>
#include <stdlib.h>

#include "array.h"

static int entry_append(void *context, const struct debug_entry *entry)
{
	struct entry_list *list = context;
	struct debug_entry *entries;

	if (entry->tag != list->tag)
		return 0;
	if (list->count == list->limit)
		return -E2BIG;
	entries = array_grow(list->entries, list->count, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	list->entries = entries;
	entries[list->count++] = *entry;
	return 0;
}

int entry_list_read(struct debug_info *info, uint64_t parent, enum debug_tag tag, size_t limit,
		    struct entry_list *ret_list, struct error *err)
{
	struct entry_list list = { .tag = (uint16_t)tag, .limit = limit };
	int r = debug_info_children(info, parent, entry_append, &list, err);

	if (r < 0)
		entry_list_release(&list);
	if (r == -E2BIG)
		error_fail(err, r, "damaged DWARF: more than %zu entries below one", limit);
	if (r == -ENOMEM)
		error_fail(err, r, "no memory for entries of the DWARF");
	*ret_list = list;
	return r;
}

void entry_list_release(struct entry_list *list)
{
	free(list->entries);
	*list = (struct entry_list){ 0 };
}
