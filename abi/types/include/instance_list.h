/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_INSTANCE_LIST_H
#define GOHTTPSNOOP_ABI_INSTANCE_LIST_H

#include <stddef.h>
#include <stdint.h>

/* An instance of a generic function (see instance.h). */
struct instance {
	const char *arguments; /* as the linker writes them: "[*main.User,string]" */
	uint64_t dictionary;   /* address of its dictionary, which has `word_count` words */
	uint64_t word_count;
};

struct instance_list {
	struct instance *items;
	size_t count;
};

void instance_list_release(struct instance_list *list);

#endif
