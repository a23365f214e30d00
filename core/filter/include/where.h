/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_WHERE_H
#define GOHTTPSNOOP_CORE_WHERE_H

#include <stdbool.h>

#include "error.h"
#include "json_tree.h"

/*
 * A condition on an event, as a user writes it (docs/events.md, "Conditions"):
 *
 *	status >= 500 and not path ~ "/health*"
 *	args.order.ID == 7 or request_headers["X-User"] == "ada"
 *
 * A name is a key of the event's JSON, followed by .KEY, ["KEY"] or [INDEX] for what is in it. What is not there is
 * null. Comparisons are == and != of any two values, < <= > >= of two numbers or of two strings (by bytes), and ~ of a
 * string with a glob (where_glob.h); of other values they are false. A name alone is true unless it is null or false.
 * An integer beyond 2^53 also equals the string of its digits. Upper and lower case of names of headers are the same.
 */
struct where;

/* -EINVAL, with the place in the text, if it is not a condition; -E2BIG if it is too long. */
int where_parse(const char *text, struct where **ret_where, struct error *err);
void where_destroy(struct where *where);

/*
 * Returns the first name in it that is none of the known ones, which end with NULL; NULL if there is none. Then stores
 * whether it stands on the right of a comparison.
 */
const char *where_unknown_name(const struct where *where, const char *const *known,
			       bool *ret_is_right);

/* Returns whether a name in it is this key of events. */
bool where_uses_key(const struct where *where, const char *key);

/* A number that a part of the event must be, or else the condition does not hold. */
struct where_number {
	const struct value_step *steps; /* views into the condition */
	size_t step_count;
	int64_t number;
};

/* Finds up to `capacity` of them; returns how many. */
size_t where_numbers(const struct where *where, struct where_number *ret_numbers, size_t capacity);

bool where_holds(const struct where *where, const struct json_tree *event);

#endif
