/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ARGUMENTS_JSON_H
#define GOHTTPSNOOP_CORE_ARGUMENTS_JSON_H

#include "argument_cuts.h"
#include "decode.h"
#include "json_writer.h"

/*
 * Writes the captures of a call as one object, in the order of their positions: those of its start,
 * and the named results of its return. Each may be NULL; for a call that returned at once both may
 * be the same. Any cells give valid JSON. docs/expressions.md describes the form of each kind of
 * value. The paths of incomplete values are added to `cuts`.
 */
void arguments_write(struct json_writer *writer, const struct hit_arguments *arguments,
		     const struct hit_arguments *results, struct argument_cuts *cuts);

/* Whether some of the results have names. */
bool arguments_have_named(const struct hit_arguments *results);

/* Writes the captures of a request other than headers, as members of the open object. */
void arguments_write_expressions(struct json_writer *writer, const struct hit_arguments *arguments,
				 struct argument_cuts *cuts);

/* Writes the results of `ret`: one value, or a list of several. `arguments`: see above. */
void arguments_write_results(struct json_writer *writer, const struct hit_arguments *arguments,
			     const struct hit_arguments *results, struct argument_cuts *cuts);

/* Writes the captures as plain text for the table: name=value, each after a blank. */
void arguments_write_text(struct json_writer *writer, const struct hit_arguments *arguments,
			  const struct hit_arguments *results, struct argument_cuts *cuts);

/*
 * Writes the headers among the captures of a request, or of its response, as members. Several
 * values of one header are joined as in HTTP; missing headers are left out.
 */
void arguments_write_request_headers(struct json_writer *writer,
				     const struct hit_arguments *arguments,
				     struct argument_cuts *cuts);
void arguments_write_response_headers(struct json_writer *writer,
				      const struct hit_arguments *arguments,
				      struct argument_cuts *cuts);

#endif
