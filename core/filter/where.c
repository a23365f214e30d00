/* SPDX-License-Identifier: MIT */
#include "where.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "where_glob.h"
#include "where_node.h"

static bool is_true(struct json_value value)
{
	return value.kind == JSON_BOOL ? value.truth : value.kind != JSON_NULL;
}

/* Integers beyond 2^53 are no exact `number`. */
static int order_of_numbers(struct json_value a, struct json_value b)
{
	if (a.is_integer && b.is_integer)
		return (a.integer > b.integer) - (a.integer < b.integer);
	return (a.number > b.number) - (a.number < b.number);
}

static int order_of_strings(struct json_value a, struct json_value b)
{
	int order = memcmp(a.string, b.string, a.size < b.size ? a.size : b.size);

	return order ? order : (a.size > b.size) - (a.size < b.size);
}

static bool value_matches_glob(struct json_value a, struct json_value b)
{
	return a.kind == JSON_STRING && b.kind == JSON_STRING &&
	       where_glob_matches(b.string, a.string, a.size);
}

/* Of a literal integer beyond 2^53. */
static bool digits_equal(struct json_value number, struct json_value string)
{
	return number.kind == JSON_NUMBER && number.string && string.kind == JSON_STRING &&
	       order_of_strings(number, string) == 0;
}

static bool is_equal(struct json_value a, struct json_value b)
{
	if (a.kind != b.kind)
		return digits_equal(a, b) || digits_equal(b, a);
	switch (a.kind) {
	case JSON_NULL:
		return true;
	case JSON_BOOL:
		return a.truth == b.truth;
	case JSON_NUMBER:
		return order_of_numbers(a, b) == 0;
	case JSON_STRING:
		return order_of_strings(a, b) == 0;
	default:
		return false;
	}
}

/* Orders two numbers or two strings. Other values have no order. */
static bool compare(struct json_value a, struct json_value b, int *ret_order)
{
	if (a.kind != b.kind)
		return false;
	if (a.kind == JSON_NUMBER)
		*ret_order = order_of_numbers(a, b);
	else if (a.kind == JSON_STRING)
		*ret_order = order_of_strings(a, b);
	else
		return false;
	return true;
}

static bool holds_between(enum where_operator operator, struct json_value a, struct json_value b)
{
	int order;

	if (operator== WHERE_EQUAL)
		return is_equal(a, b);
	if (operator== WHERE_UNEQUAL)
		return !is_equal(a, b);
	if (operator== WHERE_GLOB)
		return value_matches_glob(a, b);
	if (!compare(a, b, &order))
		return false;
	switch (operator) {
	case WHERE_LESS:
		return order < 0;
	case WHERE_AT_MOST:
		return order <= 0;
	case WHERE_MORE:
		return order > 0;
	default:
		return order >= 0;
	}
}

static struct json_value where_value(const struct where_operand *operand,
				     const struct json_tree *event)
{
	if (operand->step_count)
		return json_tree_find(event, operand->steps, operand->step_count);
	return operand->value;
}

static bool node_holds(const struct where *where, size_t at, const struct json_tree *event)
{
	const struct where_node *node = &where->nodes[at];

	switch (node->operator) {
	case WHERE_AND:
		return node_holds(where, node->left, event) &&
		       node_holds(where, node->right, event);
	case WHERE_OR:
		return node_holds(where, node->left, event) ||
		       node_holds(where, node->right, event);
	case WHERE_NOT:
		return !node_holds(where, node->left, event);
	case WHERE_VALUE:
		return is_true(where_value(&node->operands[0], event));
	default:
		return holds_between(node->operator, where_value(&node->operands[0], event),
				     where_value(&node->operands[1], event));
	}
}

bool where_holds(const struct where *where, const struct json_tree *event)
{
	return node_holds(where, where->root, event);
}

static bool is_known(const char *name, const char *const *known)
{
	for (; *known; known++) {
		if (strcmp(*known, name) == 0)
			return true;
	}
	return false;
}

const char *where_unknown_name(const struct where *where, const char *const *known,
			       bool *ret_is_right)
{
	for (size_t i = 0; i < where->node_count; i++) {
		for (size_t side = 0; side < 2; side++) {
			const struct where_operand *operand = &where->nodes[i].operands[side];

			if (!operand->step_count || is_known(operand->steps[0].key, known))
				continue;
			*ret_is_right = side == 1;
			return operand->steps[0].key;
		}
	}
	return NULL;
}

bool where_uses_key(const struct where *where, const char *key)
{
	for (size_t i = 0; i < where->node_count; i++) {
		for (size_t side = 0; side < 2; side++) {
			const struct where_operand *operand = &where->nodes[i].operands[side];

			if (operand->step_count && strcmp(operand->steps[0].key, key) == 0)
				return true;
		}
	}
	return false;
}

/* ---- what must hold ---- */

/* Of a comparison of a part of the event with an integer, which that part must be: beyond 2^53 it can be a string. */
static bool number_of_comparison(const struct where_node *node, struct where_number *ret_number)
{
	bool is_swapped = node->operands[0].step_count == 0;
	const struct where_operand *part = &node->operands[is_swapped];
	const struct where_operand *literal = &node->operands[!is_swapped];

	if (node->operator!= WHERE_EQUAL || !part->step_count || literal->step_count ||
	    literal->value.kind != JSON_NUMBER || !literal->value.is_integer ||
	    literal->value.string)
		return false;
	*ret_number = (struct where_number){ .steps = part->steps,
					     .step_count = part->step_count,
					     .number = literal->value.integer };
	return true;
}

static size_t add_numbers(const struct where *where, size_t at, struct where_number *numbers,
			  size_t count, size_t capacity)
{
	const struct where_node *node = &where->nodes[at];

	if (node->operator== WHERE_AND) {
		count = add_numbers(where, node->left, numbers, count, capacity);
		return add_numbers(where, node->right, numbers, count, capacity);
	}
	if (count < capacity && number_of_comparison(node, &numbers[count]))
		count++;
	return count;
}

size_t where_numbers(const struct where *where, struct where_number *ret_numbers, size_t capacity)
{
	return add_numbers(where, where->root, ret_numbers, 0, capacity);
}
