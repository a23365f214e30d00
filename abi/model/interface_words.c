/* SPDX-License-Identifier: MIT */
#include "interface_words.h"

#include <string.h>

static const struct type word_type = { .kind = TYPE_POINTER,
				       .name = "unsafe.Pointer",
				       .size = 8,
				       .complete = true };

const struct field interface_words[INTERFACE_WORDS] = {
	{ .name = "tab", .type = &word_type, .offset = 0 },
	{ .name = "data", .type = &word_type, .offset = 8 },
};

const struct field empty_interface_words[INTERFACE_WORDS] = {
	{ .name = "_type", .type = &word_type, .offset = 0 },
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
