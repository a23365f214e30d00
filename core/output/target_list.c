/* SPDX-License-Identifier: MIT */
#include "target_list.h"

#include <errno.h>
#include <string.h>

#include "array.h"

int target_list_add(struct target_list *list, const struct process_identity *target)
{
	const struct process_identity **items =
		array_grow(list->items, list->count, sizeof(const struct process_identity *));

	if (!items)
		return -ENOMEM;
	list->items = items;
	items[list->count++] = target;
	return 0;
}

void target_list_remove(struct target_list *list, const struct process_identity *target)
{
	size_t i = 0;

	while (i < list->count && list->items[i] != target)
		i++;
	if (i == list->count)
		return;
	list->count--;
	memmove(list->items + i, list->items + i + 1,
		(list->count - i) * sizeof(const struct process_identity *));
}
