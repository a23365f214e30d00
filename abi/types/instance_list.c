/* SPDX-License-Identifier: MIT */
#include "instance_list.h"

#include <stdlib.h>

void instance_list_release(struct instance_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free((char *)list->items[i].arguments);
	free(list->items);
	*list = (struct instance_list){ 0 };
}
