/* SPDX-License-Identifier: MIT */
/* judge CONDITION <events: prints for each line of JSON whether the condition holds. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "where.h"

static int fail(const char *what)
{
	fprintf(stderr, "judge: %s\n", what);
	return EXIT_FAILURE;
}

static int judge_all(const struct where *where)
{
	static char line[1 << 16];

	while (fgets(line, sizeof(line), stdin)) {
		struct json_tree *event;

		if (json_tree_read((struct bytes){ (const uint8_t *)line, strlen(line) }, &event) <
		    0)
			return fail("a line is no JSON");
		puts(where_holds(where, event) ? "true" : "false");
		json_tree_destroy(event);
	}
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	struct error err = { 0 };
	struct where *where;
	int status;

	if (argc != 2)
		return fail("usage: judge CONDITION <events");
	if (where_parse(argv[1], &where, &err) < 0)
		return fail(err.what);
	status = judge_all(where);
	where_destroy(where);
	return status;
}
