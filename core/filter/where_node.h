/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_WHERE_NODE_H
#define GOHTTPSNOOP_CORE_WHERE_NODE_H

#include <stddef.h>

#include "json_tree.h"

enum { WHERE_MAX_NODES = 128, WHERE_MAX_STEPS = 16, WHERE_MAX_DEPTH = 64, WHERE_MAX_TEXT = 4096 };

enum where_operator {
	WHERE_AND,
	WHERE_OR,
	WHERE_NOT,
	WHERE_VALUE, /* a value by itself */
	WHERE_EQUAL,
	WHERE_UNEQUAL,
	WHERE_LESS,
	WHERE_AT_MOST,
	WHERE_MORE,
	WHERE_AT_LEAST,
	WHERE_GLOB,
};

/*
 * A part of the event, or a literal if it has no steps. A literal integer beyond 2^53 has its digits in `string`, too: events
 * contain such integers as strings.
 */
struct where_operand {
	struct value_step steps[WHERE_MAX_STEPS];
	size_t step_count;
	struct json_value value;
};

struct where_node {
	enum where_operator operator;
	size_t left, right;		  /* AND, OR, and NOT (left only): other nodes */
	struct where_operand operands[2]; /* VALUE (the first only) and comparisons */
};

struct where {
	struct where_node *nodes; /* WHERE_MAX_NODES */
	size_t node_count, root;
	char *strings; /* of steps and values, each with a NUL; as large as the text */
	size_t string_size;
};

#endif
