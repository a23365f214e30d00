/* SPDX-License-Identifier: MIT */
/* Conditions on any JSON: "CONDITION\0JSON". What holds does not hold with `not`, and the other way round. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "where.h"
#include "where_node.h"

static void check_error(int r, const struct error *err)
{
	char message[4096];
	size_t column = 0;

	HOLDS(r == err->code && (r == 0) == (err->what[0] == '\0'));
	HOLDS(r == 0 || r == -EINVAL || r == -E2BIG);
	HOLDS(!err->quote[0] || err->quote_at <= WHERE_MAX_TEXT);
	if (error_format_quote(err, message, sizeof(message), &column))
		HOLDS(column <= strlen(message));
}

static void check_on_event(const char *text, const struct where *where, struct bytes json)
{
	char *negated = malloc(strlen(text) + 16);
	struct json_tree *event;
	struct where *opposite;

	HOLDS(negated);
	sprintf(negated, "not (%s)", text);
	if (where_parse(negated, &opposite, NULL) == 0) {
		if (json_tree_read(json, &event) == 0) {
			HOLDS(where_holds(where, event) != where_holds(opposite, event));
			json_tree_destroy(event);
		}
		where_destroy(opposite);
	}
	free(negated);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t length = strnlen((const char *)data, size);
	char *text = strndup((const char *)data, size);
	struct error err = { 0 };
	struct where *where;
	int r;

	HOLDS(text);
	r = where_parse(text, &where, &err);
	check_error(r, &err);
	if (r == 0) {
		if (length < size)
			check_on_event(text, where,
				       (struct bytes){ data + length + 1, size - length - 1 });
		where_destroy(where);
	}
	free(text);
	return 0;
}
