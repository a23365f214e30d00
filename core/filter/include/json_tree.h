/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_JSON_TREE_H
#define GOHTTPSNOOP_CORE_JSON_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bytes.h"
#include "value_step.h"

/* A JSON text that was read, for looking up values in it. */
struct json_tree;

/* Returns -EINVAL if the text is not one JSON value, -ENOMEM if memory ran out. */
int json_tree_read(struct bytes text, struct json_tree **ret_tree);
void json_tree_destroy(struct json_tree *tree);

enum json_kind { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_OTHER };

/* A value. OTHER is an object or a list. A string is owned by the tree, and may contain a NUL; another one follows it. */
struct json_value {
	enum json_kind kind;
	bool truth;
	bool is_integer; /* NUMBER: it is one, and fits `integer` */
	int64_t integer;
	double number;
	const char *string;
	size_t size;
};

/* Follows the steps from the root. NULL if there is no such member. */
struct json_value json_tree_find(const struct json_tree *tree, const struct value_step *steps,
				 size_t count);

#endif
