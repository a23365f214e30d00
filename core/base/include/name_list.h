/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_NAME_LIST_H
#define GOHTTPSNOOP_CORE_NAME_LIST_H

#include <stddef.h>

/* Names for a sentence, without duplicates: the first few, and the number of the others. A plain value. */
enum { NAME_LIST_SHOWN = 4, NAME_LIST_TEXT = 512 };

struct name_list {
	const char *names[NAME_LIST_SHOWN]; /* outlive the list */
	size_t count, more;
};

void name_list_add(struct name_list *list, const char *name);

/* "main.a, main.b and 8 more"; a long name is cut. */
void name_list_format(const struct name_list *list, char text[static NAME_LIST_TEXT]);

#endif
