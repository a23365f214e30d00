/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ARGUMENTS_JSON_H
#define GOHTTPSNOOP_CORE_ARGUMENTS_JSON_H

#include "decode.h"
#include "json_writer.h"

enum { ARGUMENT_MAX_CUTS = 16, ARGUMENT_MAX_PATH = 160 };

/* The paths of values that were not captured whole: `order.Items`, `order.Items[0].Name`. */
struct argument_cuts {
	char paths[ARGUMENT_MAX_CUTS][ARGUMENT_MAX_PATH];
	size_t count;
};

/*
 * Writes captured values as one object: any cells give valid JSON. docs/expressions.md says what each kind
 * of value looks like. What was cut is added to `cuts`.
 */
void arguments_write(struct json_writer *writer, const struct hit_arguments *arguments,
		     struct argument_cuts *cuts);

/* Only the members, into an object that is open; and only the values, of results without names. */
void arguments_write_members(struct json_writer *writer, const struct hit_arguments *arguments,
			     struct argument_cuts *cuts);
void arguments_write_results(struct json_writer *writer, const struct hit_arguments *results,
			     struct argument_cuts *cuts);

#endif
