/* SPDX-License-Identifier: MIT */
#include "name_list.h"

#include <stdio.h>
#include <string.h>

enum { NAME_SHOWN = 100 }; /* bytes; so that all shown names fit into the text */

_Static_assert(NAME_LIST_SHOWN *(NAME_SHOWN + sizeof("… and ")) + 32 <= NAME_LIST_TEXT,
	       "room for all");

void name_list_add(struct name_list *list, const char *name)
{
	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(list->names[i], name) == 0)
			return;
	}
	if (list->count == NAME_LIST_SHOWN)
		list->more++;
	else
		list->names[list->count++] = name;
}

static const char *separator(const struct name_list *list, size_t i)
{
	if (i == 0)
		return "";
	return i + 1 == list->count && !list->more ? " and " : ", ";
}

void name_list_format(const struct name_list *list, char text[static NAME_LIST_TEXT])
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < list->count; i++) {
		const char *name = list->names[i];

		used += snprintf(text + used, NAME_LIST_TEXT - used, "%s%.*s%s", separator(list, i),
				 NAME_SHOWN, name, strlen(name) > NAME_SHOWN ? "…" : "");
	}
	if (list->more)
		snprintf(text + used, NAME_LIST_TEXT - used, " and %zu more", list->more);
}
