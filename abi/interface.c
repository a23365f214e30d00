/* SPDX-License-Identifier: MIT */
#include "interface.h"

#include <errno.h>
#include <string.h>

const struct field *interface_word(const char *name)
{
	static const struct type word = {
		.kind = TYPE_POINTER, .name = "unsafe.Pointer", .size = 8, .complete = true
	};
	static const struct field words[] = {
		{ .name = "tab", .type = &word, .offset = 0 },
		{ .name = "data", .type = &word, .offset = 8 },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i].name, name) == 0)
			return &words[i];
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
