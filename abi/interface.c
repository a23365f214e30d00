/* SPDX-License-Identifier: MIT */
#include "interface.h"

#include <errno.h>
#include <string.h>

enum { MAX_DEPTH = 16 };

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

static bool is_pointer_shaped(struct types *types, const struct type *type, int depth)
{
	if (depth > MAX_DEPTH || types_complete(types, type, NULL) < 0)
		return false;
	switch (type->kind) {
	case TYPE_POINTER:
	case TYPE_MAP:
	case TYPE_CHAN:
	case TYPE_FUNC:
		return true;
	case TYPE_STRUCT:
		return type->field_count == 1 &&
		       is_pointer_shaped(types, type->fields[0].type, depth + 1);
	case TYPE_ARRAY:
		return type->length == 1 && is_pointer_shaped(types, type->element, depth + 1);
	default:
		return false;
	}
}

bool interface_holds_directly(struct types *types, const struct type *type)
{
	return is_pointer_shaped(types, type, 0);
}
