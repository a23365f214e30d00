/* SPDX-License-Identifier: MIT */
#include "answer_reader.h"

#include <stdlib.h>
#include <string.h>

#include "json_tree.h"

#define PARTIAL_SUCCESS "partialSuccess"

/* Integers of 64 bits are strings in this JSON; some receivers write numbers. */
static uint64_t count_of(const struct json_value *value)
{
	if (value->kind == JSON_NUMBER && value->is_integer && value->integer > 0)
		return (uint64_t)value->integer;
	if (value->kind == JSON_STRING && value->size && value->string[0] >= '1' &&
	    value->string[0] <= '9')
		return strtoull(value->string, NULL, 10);
	return 0;
}

uint64_t answer_rejected(struct bytes answer, const char *key)
{
	const struct value_step steps[] = { { PARTIAL_SUCCESS, 0 }, { key, 0 } };
	struct json_tree *tree;
	struct json_value value;
	uint64_t rejected;

	if (json_tree_read(answer, &tree) < 0)
		return 0;
	value = json_tree_find(tree, steps, 2);
	rejected = count_of(&value);
	json_tree_destroy(tree);
	return rejected;
}

static void copy_message(const char *from, size_t from_size, char *text, size_t size)
{
	if (from_size > size - 1)
		from_size = size - 1;
	bytes_copy(text, (struct bytes){ (const uint8_t *)from, from_size });
	while (from_size && (text[from_size - 1] == '\n' || text[from_size - 1] == '\r'))
		from_size--;
	text[from_size] = '\0';
}

void answer_message(struct bytes answer, char *text, size_t size)
{
	const struct value_step status[] = { { "message", 0 } },
				partly[] = { { PARTIAL_SUCCESS, 0 }, { "errorMessage", 0 } };
	struct json_tree *tree;
	struct json_value value;

	if (json_tree_read(answer, &tree) < 0) {
		/* Proxies and some receivers answer with text. */
		copy_message((const char *)answer.data, answer.size, text, size);
		return;
	}
	text[0] = '\0';
	value = json_tree_find(tree, status, 1);
	if (value.kind != JSON_STRING)
		value = json_tree_find(tree, partly, 2);
	if (value.kind == JSON_STRING)
		copy_message(value.string, value.size, text, size);
	json_tree_destroy(tree);
}
