/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ARGUMENTS_JSON_H
#define GOHTTPSNOOP_CORE_ARGUMENTS_JSON_H

#include "argument_cuts.h"
#include "decode.h"
#include "json_writer.h"

/*
 * Writes the captures of a call as one object, in the order of their positions: the captures of its
 * start (`arguments`), and the named results of its return (`results`). Each may be NULL; both are
 * the same if the call returned at once. Any cells give valid JSON. docs/expressions.md describes
 * the form of each kind of value. The paths of incomplete values are added to `cuts`.
 */
void arguments_write(struct json_writer *writer, const struct hit_arguments *arguments,
		     const struct hit_arguments *results, struct argument_cuts *cuts);

/* Returns whether some of the results have names. `results` may be NULL. */
bool arguments_have_named(const struct hit_arguments *results);

/* Return whether there are captures of a request except headers, and headers. `arguments` may be NULL. */
bool arguments_have_expressions(const struct hit_arguments *arguments);
bool arguments_have_headers(const struct hit_arguments *arguments);

/* Writes the captures of a request except headers, as members of the open object. */
void arguments_write_expressions(struct json_writer *writer, const struct hit_arguments *arguments,
				 struct argument_cuts *cuts);

/* Returns whether there are results without names. `results` may be NULL. */
bool arguments_have_result(const struct hit_arguments *results);

/* Writes the results that are shown as `ret`: one value, or a list of several. `arguments`: see above. */
void arguments_write_results(struct json_writer *writer, const struct hit_arguments *arguments,
			     const struct hit_arguments *results, struct argument_cuts *cuts);

/* Writes the captures for the table, each as a blank and name=value. The value is JSON. */
void arguments_write_text(struct json_writer *writer, const struct hit_arguments *arguments,
			  const struct hit_arguments *results, struct argument_cuts *cuts);

/*
 * Write the captured headers of a request, or of its response, as members of the open object. If a
 * header has several values, they are joined by ", " as in HTTP. Missing headers are left out.
 */
void arguments_write_request_headers(struct json_writer *writer,
				     const struct hit_arguments *arguments,
				     struct argument_cuts *cuts);
void arguments_write_response_headers(struct json_writer *writer,
				      const struct hit_arguments *arguments,
				      struct argument_cuts *cuts);

/*
 * The same as attributes of OpenTelemetry: http.request.header.x-user and so on, with names in lower case and the values of a
 * header in a list, which has one text. `is_otlp`: in the form that OTLP has for attributes, without those that could not
 * be read.
 */
void arguments_write_request_header_attributes(struct json_writer *writer,
					       const struct hit_arguments *arguments, bool is_otlp,
					       struct argument_cuts *cuts);
void arguments_write_response_header_attributes(struct json_writer *writer,
						const struct hit_arguments *arguments, bool is_otlp,
						struct argument_cuts *cuts);

#endif
