/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ARGUMENTS_JSON_H
#define GOHTTPSNOOP_CORE_ARGUMENTS_JSON_H

#include "argument_cuts.h"
#include "decode.h"
#include "json_writer.h"

/*
 * Writes what was captured where a call began and, of the results that have names, where it returned, as
 * one object, in the order of their positions; each may be NULL, and both may be one, of a call that returned
 * at once. Any cells give valid JSON.
 * docs/expressions.md says what each kind of value looks like. What was cut is added to `cuts`.
 */
void arguments_write(struct json_writer *writer, const struct hit_arguments *arguments,
		     const struct hit_arguments *results, struct argument_cuts *cuts);

/* Whether some of the results have names. */
bool arguments_have_named(const struct hit_arguments *results);

/* Writes captures of a request that are no headers, as members of an object that is open. */
void arguments_write_expressions(struct json_writer *writer, const struct hit_arguments *arguments,
				 struct argument_cuts *cuts);

/* Writes the results that are shown as `ret`: one value, or a list of several. */
void arguments_write_results(struct json_writer *writer, const struct hit_arguments *results,
			     struct argument_cuts *cuts);

/* For people, as a text that is no JSON: name=value, one after the other, each with a blank before it. */
void arguments_write_text(struct json_writer *writer, const struct hit_arguments *arguments,
			  const struct hit_arguments *results, struct argument_cuts *cuts);

/*
 * The headers among the captures of a request, or of its response, as members; several values of one are
 * joined as HTTP has it, and headers that were not there are left out.
 */
void arguments_write_request_headers(struct json_writer *writer,
				     const struct hit_arguments *arguments,
				     struct argument_cuts *cuts);
void arguments_write_response_headers(struct json_writer *writer,
				      const struct hit_arguments *arguments,
				      struct argument_cuts *cuts);

#endif
