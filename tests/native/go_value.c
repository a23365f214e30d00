/* SPDX-License-Identifier: MIT */
#include "go_value.h"

#include <stdlib.h>
#include <string.h>

struct kept {
	struct kept *next;
	_Alignas(16) char bytes[];
};

static struct kept *all;

static void *keep(size_t size)
{
	struct kept *kept = calloc(1, sizeof(*kept) + size);

	if (!kept)
		abort();
	kept->next = all;
	all = kept;
	return kept->bytes;
}

void go_values_forget(void)
{
	while (all) {
		struct kept *next = all->next;

		free(all);
		all = next;
	}
}

void go_value_make_parts(struct go_value *value, size_t count)
{
	value->parts = keep(count * sizeof(*value->parts));
	value->count = count;
}

char *go_value_keep_text(const char *text, size_t size)
{
	return memcpy(keep(size + 1), text, size);
}

void go_value_open(struct go_value *value)
{
	const struct type *type = value->type;

	go_value_make_parts(value, type->kind == TYPE_STRUCT ? type->field_count : type->length);
	for (size_t i = 0; i < value->count; i++)
		value->parts[i].type = type->kind == TYPE_STRUCT ? type->fields[i].type :
								   type->element;
	value->form = GO_PARTS;
}
