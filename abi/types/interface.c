/* SPDX-License-Identifier: MIT */
#include "interface.h"

#include <errno.h>
#include <string.h>

static const struct type word_type = { .kind = TYPE_POINTER,
				       .name = "unsafe.Pointer",
				       .size = 8,
				       .complete = true };

const struct field interface_words[INTERFACE_WORDS] = {
	{ .name = "tab", .type = &word_type, .offset = 0 },
	{ .name = "data", .type = &word_type, .offset = 8 },
};

const struct field *interface_word(const char *name)
{
	for (size_t i = 0; i < INTERFACE_WORDS; i++) {
		if (strcmp(interface_words[i].name, name) == 0)
			return &interface_words[i];
	}
	return NULL;
}

int interface_has_table(struct types *types, const struct type *type, bool *ret_has_table,
			struct error *err)
{
	int r = types_complete(types, type, err);

	if (r < 0)
		return r;
	if (type->field_count == 0)
		return error_fail(err, -ENODATA, "how a %s lies in memory is not described",
				  type->name);
	*ret_has_table = strcmp(type->fields[0].name, "tab") == 0;
	return 0;
}
